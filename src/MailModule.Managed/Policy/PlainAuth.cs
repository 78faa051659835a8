using System.Net;

namespace MailModule.Policy;

/// <summary>The setting <c>plain_auth</c>: when a password may come over a connection without TLS.</summary>
internal enum PlainAuth
{
    /// <summary>From this machine only.</summary>
    Loopback,
    Always,
    Never,
}

/// <summary>Applies the setting to a connection.</summary>
internal static class PlainAuthRule
{
    /// <summary>True when AUTH PLAIN, AUTH LOGIN and USER may be used on this connection.</summary>
    public static bool Allows(this PlainAuth rule, IPAddress peer, bool isTls)
        => isTls || rule == PlainAuth.Always
            || (rule == PlainAuth.Loopback && IPAddress.IsLoopback(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer));
}
