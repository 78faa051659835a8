namespace MailModule.Smtp;

/// <summary>The commands of RFC 5321, RFC 3207 and RFC 4954.</summary>
internal enum SmtpVerb
{
    Unknown,
    Ehlo,
    Helo,
    Mail,
    Rcpt,
    Data,
    Rset,
    Noop,
    Vrfy,
    Expn,
    Help,
    Quit,
    Auth,
    StartTls,
}
