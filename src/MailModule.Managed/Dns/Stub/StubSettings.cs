using System.Net;

namespace MailModule.Dns.Stub;

/// <summary>The servers to ask, and how long to wait for them.</summary>
/// <param name="Servers">In the order of preference; at least one.</param>
/// <param name="Timeout">For one server in the first round; twice as long in later rounds.</param>
/// <param name="Attempts">Rounds through all servers that time out.</param>
internal sealed record StubSettings(IReadOnlyList<IPEndPoint> Servers, TimeSpan Timeout, int Attempts)
{
    public const int Port = 53;

    // The C library's, where resolv.conf says nothing.
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);
    public const int DefaultAttempts = 2;

    public StubSettings(params IPEndPoint[] servers)
        : this(servers, DefaultTimeout, DefaultAttempts)
    {
    }
}
