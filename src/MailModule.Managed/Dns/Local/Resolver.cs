using System.Net;
using MailModule.Dns.Stub;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Dns.Local;

/// <summary>How names are resolved.</summary>
internal sealed class ResolverOptions
{
    /// <summary>Servers to ask; null: those of the system, which are looked up again when they change.</summary>
    public IReadOnlyList<IPEndPoint>? Servers { get; init; }

    /// <summary>Null: the system itself says which servers it asks (<see cref="NameServers{T}"/>).</summary>
    public string? ResolvConf { get; init; } = SystemFiles.ResolvConf;

    public string HostsFile { get; init; } = SystemFiles.Hosts;

    /// <summary>Time-out of one of <see cref="Servers"/>; resolv.conf has its own.</summary>
    public TimeSpan Timeout { get; init; } = StubSettings.DefaultTimeout;

    /// <summary>Rounds through <see cref="Servers"/>; resolv.conf has its own.</summary>
    public int Attempts { get; init; } = StubSettings.DefaultAttempts;

    /// <summary>Octets of cached answers at most.</summary>
    public long CacheLimit { get; init; } = 8 * 1024 * 1024;

    /// <summary>For what takes long; null: it is done where it comes.</summary>
    public Workers? Workers { get; init; }

    /// <summary>For the age of cached answers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>Builds the resolver of this library: hosts file, then cache, then servers.</summary>
internal static class Resolver
{
    public static IDns Create(ResolverOptions options)
    {
        IDns servers = ServerResolver.Create(SettingsOf(options), options);
        var hosts = new WatchedFile<HostsFile>(
            options.HostsFile, octets => Local.HostsFile.Parse(ByteOrderMark.Decode(octets)));
        var cache = new DnsCache(servers, options.CacheLimit, options.Time);
        return new HostsFileResolver(() => hosts.Current ?? Local.HostsFile.Empty, cache);
    }

    /// <summary>
    /// Reads <c>ip</c>, <c>ip:port</c>, <c>v6</c> or <c>[v6]:port</c>, several with commas between; false for anything
    /// else, and for none.
    /// </summary>
    public static bool TryParseServers(string text, out IReadOnlyList<IPEndPoint> servers)
    {
        List<IPEndPoint> found = [];
        servers = found;
        foreach (string item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!IPEndPoint.TryParse(item, out IPEndPoint? server))
                return false;
            found.Add(server.Port == 0 ? new IPEndPoint(server.Address, StubSettings.Port) : server);
        }
        return found.Count > 0;
    }

    private static Func<StubSettings> SettingsOf(ResolverOptions options)
    {
        if (options.Servers is { Count: > 0 } servers)
        {
            var settings = new StubSettings([.. servers], options.Timeout, Math.Max(1, options.Attempts));
            return () => settings;
        }
        if (options.ResolvConf is not { } path)
        {
            var system = new NameServers<StubSettings>(Local.ResolvConf.Of);
            return () => system.Current;
        }
        var file = new WatchedFile<StubSettings>(
            path, octets => Local.ResolvConf.Parse(ByteOrderMark.Decode(octets)));
        return () => file.Current ?? Local.ResolvConf.Default;
    }
}
