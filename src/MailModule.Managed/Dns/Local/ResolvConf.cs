using System.Globalization;
using System.Net;
using MailModule.Dns.Stub;

namespace MailModule.Dns.Local;

/// <summary>
/// What resolv.conf(5) says about whom to ask. Search lists and <c>ndots</c> are not for mail: its names are whole (RFC 5321 §2.3.5). Pure.
/// </summary>
internal static class ResolvConf
{
    // The limits that the C library has.
    private const int MostSeconds = 30;
    private const int MostAttempts = 5;
    private const int MostServers = 8;

    private static readonly char[] s_blanks = [' ', '\t', '\r'];

    /// <summary>Where the file names no server, one is on this machine.</summary>
    public static readonly StubSettings Absent = new(new IPEndPoint(IPAddress.Loopback, StubSettings.Port));

    public static StubSettings Parse(string text)
    {
        List<IPEndPoint> servers = [];
        int seconds = (int)StubSettings.DefaultTimeout.TotalSeconds, attempts = StubSettings.DefaultAttempts;
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var address, ..] && servers.Count < MostServers && IPAddress.TryParse(address, out IPAddress? server))
                servers.Add(new IPEndPoint(server, StubSettings.Port));
            foreach (string option in words is ["options", ..] ? words[1..] : [])
            {
                seconds = Number(option, "timeout:", MostSeconds) ?? seconds;
                attempts = Number(option, "attempts:", MostAttempts) ?? attempts;
            }
        }
        return new StubSettings(servers.Count > 0 ? servers : Absent.Servers, TimeSpan.FromSeconds(seconds), attempts);
    }

    private static int? Number(string option, string name, int most)
        => option.StartsWith(name, StringComparison.Ordinal) && int.TryParse(option.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? Math.Clamp(value, 1, most)
            : null;
}
