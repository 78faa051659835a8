namespace MailModule.Mail.Logins;

/// <summary>The server that we log in at, as far as mechanisms depend on it. Immutable.</summary>
internal sealed class SaslServer
{
    /// <summary>The mechanisms it offers, in any case.</summary>
    public IReadOnlyCollection<string> Offered { get; init; } = [];

    /// <summary>
    /// What binds the login to the server's certificate (RFC 5929 §4, tls-server-end-point); null: there is no TLS, or
    /// it is not known.
    /// </summary>
    public byte[]? EndPointBinding { get; init; }

    /// <summary>The name of the protocol among those of GSSAPI (RFC 4422 §4).</summary>
    public string Service { get; init; } = "smtp";

    /// <summary>Its name, as we have looked it up; empty: not known.</summary>
    public string Host { get; init; } = "";

    /// <summary>0: not known.</summary>
    public int Port { get; init; }

    public bool Offers(string mechanism) => Offered.Contains(mechanism, StringComparer.OrdinalIgnoreCase);
}
