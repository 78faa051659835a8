namespace MailModule.Mail.Logins.Server;

/// <summary>What an exchange has to know of the connection it comes over.</summary>
/// <param name="Host">The server's own name.</param>
/// <param name="Offered">What the client was offered.</param>
/// <param name="Binding">tls-server-end-point of the certificate that was shown (RFC 5929 §4); null: there is none.
/// </param>
internal sealed record LoginChannel(string Host, MechanismSet Offered, byte[]? Binding)
{
    public TokenHint TokenHint { get; init; } = TokenHint.None;
}
