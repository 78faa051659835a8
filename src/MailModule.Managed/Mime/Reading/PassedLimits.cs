namespace MailModule.Mime.Reading;

/// <summary>Which limits a message has passed. The numbers are the C header's.</summary>
[Flags]
public enum PassedLimits
{
    None = 0,
    Header = 1,
    Parts = 2,
    Depth = 4,
    Parameters = 8,
}
