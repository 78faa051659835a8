using System.Net;
using MailModule.Authentication;
using MailModule.Authentication.Spf;
using MailModule.Tests.Support;

namespace MailModule.Tests.Authentication.Spf;

/// <summary>Records, explanations, senders and names in HELO, put together from pieces by chance.</summary>
public class SpfGarbageTests
{
    private static readonly string[] Pieces =
    [
        "a", "mx", "ptr", "ip4", "ip6", "exists", "include", "all", "redirect=", "exp=", "x=", ":", "/", "//", "24",
        "0", "%{", "}", "%%", "%_", "%-", "%", "{", "s", "l", "o", "d", "i", "p", "v", "h", "c", "r", "t", "S", "H",
        "1", "128", "-", "+", "~", "?", " ", " ", " ", ".", ".", "..", "example.org",
        "a.example.org", "192.0.2.1", "2001:db8::1", "\0", "\u007f", "\u00ff", "\\", "\"", "@", "xn--", new('y', 70),
    ];

    private readonly Random _random = new(64);

    [Fact]
    public async Task Whatever_records_and_clients_say_there_is_a_result()
    {
        HashSet<AuthResult> results = [];
        for (int i = 0; i < 10_000; i++)
        {
            string record = "v=spf1 " + (_random.Next(2) == 0 ? "-all exp=exp.example.org" : Text(20));
            ZoneDns zone = new ZoneDns().Txt("example.org", record).Txt("a.example.org", "v=spf1 " + Text(8))
                .Txt("exp.example.org", Text(20)).Address("a.example.org", "192.0.2.1")
                .Mx("example.org", (1, "a.example.org")).Ptr("1.2.0.192.in-addr.arpa", "a.example.org", "example.org");
            string sender = _random.Next(3) == 0 ? Text(10) : $"{Text(6)}@example.org";
            string helo = _random.Next(2) == 0 ? "example.org" : Text(10);
            IPAddress client = IPAddress.Parse(_random.Next(2) == 0 ? "192.0.2.1" : "2001:db8::1");
            SpfResult found = await new SpfCheck(zone, Text(3), TimeProvider.System).Check(
                (SpfIdentity)_random.Next(2), client, sender, helo, CancellationToken.None);
            results.Add(found.Result);
            Assert.DoesNotContain(found.Explanation + found.Mechanism, c => c is < ' ' or > '~');
            Assert.True(zone.Asked.Count <= 1 + 10 * 11 + 11 + 1, record);
        }
        Assert.True(results.IsSupersetOf([AuthResult.None, AuthResult.Fail, AuthResult.PermError, AuthResult.Neutral]));
    }

    private string Text(int pieces)
        => string.Concat(Enumerable.Range(0, _random.Next(pieces)).Select(_ => Pieces[_random.Next(Pieces.Length)]));
}
