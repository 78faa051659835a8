using MailModule.Dns.DnsClient;
using MailModule.Dns.Stub;

namespace MailModule.Dns.Local;

/// <summary>Who asks the servers: the package DnsClient. The build takes this file or its other half.</summary>
internal static class ServerResolver
{
    /// <summary>It uses sockets by the platform's engine though there is epoll.</summary>
    public static bool NeedsSocketEngine => true;

    public static IDns Create(Func<StubSettings> settings, ResolverOptions options) => new DnsClientResolver(settings);
}
