namespace MailModule.Smtp;

/// <summary>EHLO keywords of the extensions this library speaks.</summary>
public static class Extension
{
    /// <summary>RFC 1870.</summary>
    public const string Size = "SIZE";
    /// <summary>RFC 6152.</summary>
    public const string EightBitMime = "8BITMIME";
    /// <summary>RFC 2920.</summary>
    public const string Pipelining = "PIPELINING";
    /// <summary>RFC 2034.</summary>
    public const string EnhancedStatusCodes = "ENHANCEDSTATUSCODES";
    /// <summary>RFC 6531.</summary>
    public const string SmtpUtf8 = "SMTPUTF8";
    /// <summary>RFC 3207.</summary>
    public const string StartTls = "STARTTLS";
    /// <summary>RFC 4954.</summary>
    public const string Auth = "AUTH";
}
