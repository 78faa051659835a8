using System.Globalization;
using System.Net;
using MailModule.Dns.Stub;

namespace MailModule.Dns.Local;

/// <summary>
/// What resolv.conf(5) says about the servers. Search lists and <c>ndots</c> are not for mail, whose names are fully
/// qualified (RFC 5321 §2.3.5). Pure.
/// </summary>
internal static class ResolvConf
{
    // The C library's limits.
    private const int MaxSeconds = 30;
    private const int MaxAttempts = 5;
    private const int MaxServers = 8;

    private static readonly char[] s_blanks = [' ', '\t', '\r'];

    /// <summary>Where the file is missing or names no server, a server on this machine is asked.</summary>
    public static readonly StubSettings Default = new(new IPEndPoint(IPAddress.Loopback, StubSettings.Port));

    public static StubSettings Parse(string text)
    {
        List<IPEndPoint> servers = [];
        int seconds = (int)StubSettings.DefaultTimeout.TotalSeconds, attempts = StubSettings.DefaultAttempts;
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var address, ..] && servers.Count < MaxServers
                && IPAddress.TryParse(address, out IPAddress? server))
                servers.Add(new IPEndPoint(server, StubSettings.Port));
            foreach (string option in words is ["options", ..] ? words[1..] : [])
            {
                seconds = Number(option, "timeout:", MaxSeconds) ?? seconds;
                attempts = Number(option, "attempts:", MaxAttempts) ?? attempts;
            }
        }
        return new StubSettings(servers.Count > 0 ? servers : Default.Servers, TimeSpan.FromSeconds(seconds), attempts);
    }

    /// <summary>The settings where no file says anything, for these servers.</summary>
    public static StubSettings Of(IReadOnlyList<IPAddress> servers) => servers.Count == 0
        ? Default
        : new StubSettings(
            [.. servers.Take(MaxServers).Select(server => new IPEndPoint(server, StubSettings.Port))],
            StubSettings.DefaultTimeout, StubSettings.DefaultAttempts);

    private static int? Number(string option, string name, int max)
        => option.StartsWith(name, StringComparison.Ordinal)
            && int.TryParse(option.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? Math.Clamp(value, 1, max)
            : null;
}
