namespace MailModule.Mime.Reading;

/// <summary>What a part is. The numbers are the C header's.</summary>
[Flags]
public enum PartKind
{
    None = 0,
    Multipart = 1,
    Message = 2,
    Text = 4,
    Attachment = 8,

    /// <summary>The last boundary is missing.</summary>
    NotEnded = 16,

    /// <summary>A limit keeps children from being told.</summary>
    Cut = 32,

    /// <summary>Text in a character set that is not known.</summary>
    OtherCharset = 64,

    /// <summary>A transfer encoding that is not known.</summary>
    OtherEncoding = 128,
}
