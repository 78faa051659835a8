namespace MailModule.Smtp.Client;

/// <summary>When a client turns to TLS by STARTTLS (RFC 3207).</summary>
public enum StartTlsUse
{
    Never,
    /// <summary>When offered; a refusal goes on in clear text.</summary>
    IfOffered,
    /// <summary>Without it no message is sent.</summary>
    Required,
}

/// <summary>What a client session needs to know.</summary>
/// <param name="HostName">Our name for EHLO and HELO.</param>
public sealed record SmtpClientOptions(string HostName, StartTlsUse StartTls);
