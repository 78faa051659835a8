namespace MailModule.Mime.Reading;

/// <summary>In which form a content is read. The numbers are the C header's.</summary>
public enum ContentForm
{
    Decoded = 0,
    Text = 1,
    Raw = 2,
    Whole = 3,
}
