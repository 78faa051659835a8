using System.Net;

namespace MailModule.Dns.Stub;

/// <summary>Whom to ask, and with how much deadline.</summary>
/// <param name="Servers">In the order of preference; at least one.</param>
/// <param name="Timeout">How long one server may take in the first round; twice as long in later ones.</param>
/// <param name="Attempts">Rounds through all servers that are silent.</param>
public sealed record StubSettings(IReadOnlyList<IPEndPoint> Servers, TimeSpan Timeout, int Attempts)
{
    public const int Port = 53;

    // What the C library does where resolv.conf says nothing.
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);
    public const int DefaultAttempts = 2;

    public StubSettings(params IPEndPoint[] servers)
        : this(servers, DefaultTimeout, DefaultAttempts)
    {
    }
}
