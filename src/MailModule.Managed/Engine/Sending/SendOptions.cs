using MailModule.Mail;

namespace MailModule.Engine.Sending;

/// <summary>TLS to the server a message goes through.</summary>
public enum SendTls
{
    /// <summary>As the settings say (<c>smtptls</c>, <c>smtponlytls</c>).</summary>
    Settings = 0,
    None = 1,
    Opportunistic = 2,
    Required = 3,
    /// <summary>TLS from the first octet.</summary>
    Implicit = 4,
}

/// <summary>How one message is sent.</summary>
public sealed record SendOptions
{
    public required SendRoute Route { get; init; }
    public SendTls Tls { get; init; }

    /// <summary>Check the certificate's name and chain; null: as <c>smtpchktls</c> says.</summary>
    public bool? VerifyCertificate { get; init; }

    /// <summary>Login at a given server; null: none.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Our name for EHLO; null: <c>smtp_name</c>.</summary>
    public string? HelloName { get; init; }

    /// <summary>How long the other side may be silent; null: <c>pop_timeout</c>.</summary>
    public TimeSpan? Timeout { get; init; }

    public ReturnContent Return { get; init; }

    /// <summary>ENVID (RFC 3461 §4.4); null: none.</summary>
    public string? EnvelopeId { get; init; }
}
