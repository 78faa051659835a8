using System.Net;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>The DNS servers that Windows asks.</summary>
internal static class NameServersOfSystem
{
    /// <summary>Null: the system does not say.</summary>
    public static IReadOnlyList<IPAddress>? Find()
    {
        if (!OperatingSystem.IsWindows())
            return null;
        var found = new List<(uint Metric, IPAddress Server)>();
        return Adapters.FindDnsServers(found) == Win32Error.Success ? InOrder(found) : null;
    }

    /// <summary>
    /// The adapter with the least metric first, each server once. An adapter for which nobody has named a server says
    /// fec0:0:0:ffff::1 and the like, which nobody has.
    /// </summary>
    public static IReadOnlyList<IPAddress> InOrder(IEnumerable<(uint Metric, IPAddress Server)> found)
        => [.. found.Where(one => !one.Server.IsIPv6SiteLocal).OrderBy(one => one.Metric)
            .Select(one => one.Server).Distinct()];
}
