using MailModule.Authentication;
using MailModule.Authentication.Dmarc;
using MailModule.Dns;
using MailModule.Tests.Dns;

namespace MailModule.Tests.Authentication.Dmarc;

/// <summary>
/// The few questions that alignment asks come to what RFC 9989 §4.10.2 has come out by two whole walks, on random
/// trees of records.
/// </summary>
public class AlignmentTests
{
    private static readonly string[] Names =
    [
        "t", "u", "a.t", "b.t", "a.u", "c.a.t", "d.a.t", "e.c.a.t", "f.c.a.t", "g.f.c.a.t", "c.b.t",
        "a.a.a.a.a.a.a.c.a.t", "b.a.a.a.a.a.a.c.a.t", "a.a.a.a.a.a.c.a.t",
    ];

    [Fact]
    public async Task Short_cuts_lead_to_the_same_place()
    {
        var random = new Random(9989);
        int aligned = 0, apart = 0;
        for (int i = 0; i < 4000; i++)
        {
            ScriptedDns dns = RandomZone(random);
            string author = Any(random), signer = Any(random);
            bool isAligned = await Organization(dns, author) == await Organization(dns, signer);
            var check = new DmarcCheck(dns);
            DmarcResult result = await check.Judge(await check.Find(author, default), null,
                [new DkimResult(AuthResult.Pass, signer, "s", "")], default);
            if (result.Result == AuthResult.None)
                continue;
            Assert.Equal((i, isAligned), (i, result.Result == AuthResult.Pass));
            aligned += isAligned ? 1 : 0;
            apart += isAligned ? 0 : 1;
        }
        Assert.InRange(aligned, 500, 4000);
        Assert.InRange(apart, 500, 4000);
    }

    private static string Any(Random random) => Names[random.Next(Names.Length)];

    private static ScriptedDns RandomZone(Random random)
    {
        var dns = new ScriptedDns();
        foreach (string name in Names)
            if (random.Next(3) == 0)
                dns.Ok("_dmarc." + name, DnsType.Txt, TreeWalkTests.Text(
                    "v=DMARC1; p=reject" + random.GetItems(["", "", "", "; psd=y", "; psd=n"], 1)[0]));
        return dns;
    }

    private static async Task<string> Organization(IDns dns, string name)
        => (await TreeWalk.Ask(dns, name, default)).OrganizationalDomain;
}
