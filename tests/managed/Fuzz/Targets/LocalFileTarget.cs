using System.Net;
using System.Text;
using MailModule.Delivery.Lists;
using MailModule.Dns.Local;
using MailModule.Dns.Stub;
using MailModule.Mail;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Files of this machine that the engine reads: hosts, resolv.conf, lists of members; and lists of servers.
/// </summary>
internal static class LocalFileTarget
{
    public static void Check(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        CheckHosts(text);
        StubSettings settings = ResolvConf.Parse(text);
        Assert.InRange(settings.Servers.Count, 1, 8);
        Assert.InRange(settings.Attempts, 1, 5);
        Assert.InRange(settings.Timeout.TotalSeconds, 1, 30);
        if (Resolver.TryParseServers(text, out IReadOnlyList<IPEndPoint> servers))
            Assert.All(servers, server => Assert.InRange(server.Port, 1, 65535));
        CheckMembers(Encoding.Latin1.GetString(input));
    }

    private static void CheckHosts(string text)
    {
        HostsFile hosts = HostsFile.Parse(text);
        foreach (string word in text.Split([' ', '\t', '\r', '\n']).Take(50))
        {
            if (IPAddress.TryParse(word, out IPAddress? address) && hosts.NameOf(address) is { } name)
                Assert.Contains(address, hosts.AddressesOf(name)!);
            Assert.NotEqual(0, hosts.AddressesOf(word)?.Count ?? 1);
        }
    }

    private static void CheckMembers(string text)
    {
        MemberFile file = MemberFile.Parse(text);
        int lines = text.AsSpan().Count('\n') + text.AsSpan().Count('\r') + text.AsSpan().Count('\f')
            + text.AsSpan().Count('\u0085') + 1;
        Assert.InRange(file.Members.Count + file.Errors.Count, 0, lines);
        Assert.All(file.Errors, error => Assert.InRange(error.Line, 1, lines));
        Assert.All(file.Members, member => Assert.True(MailAddress.TryParse(member.Text, out _)));
    }
}
