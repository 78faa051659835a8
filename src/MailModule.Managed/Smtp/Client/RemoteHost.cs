using System.Net;

namespace MailModule.Smtp.Client;

/// <summary>The host at the other end of a connection, and how the connection was protected.</summary>
/// <param name="Name">As the route has it.</param>
/// <param name="Tls">Protocol and cipher; null in clear text.</param>
/// <param name="IsVerified">The certificate's name and chain were checked and right.</param>
/// <param name="OffersDsn">The server passes the sender's wish for DSNs on (RFC 3461).</param>
internal sealed record RemoteHost(string Name, IPEndPoint? Address, string? Tls, bool IsVerified, bool OffersDsn)
{
    /// <summary>A person has named it: what it says about us, and not about a message, is never final.</summary>
    public bool IsNamed { get; init; }
}
