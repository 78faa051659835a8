using MailModule.Authentication.Dmarc;
using MailModule.Dns;
using MailModule.Tests.Dns;

namespace MailModule.Tests.Authentication.Dmarc;

/// <summary>Where an organization ends, and which record applies (RFC 9989 §4.10).</summary>
public class TreeWalkTests
{
    [Theory]
    [InlineData("com", "com")]
    [InlineData("mail.example.com", "mail.example.com example.com com")]
    [InlineData("a.b.c.d.e.f.g.h", "a.b.c.d.e.f.g.h b.c.d.e.f.g.h c.d.e.f.g.h d.e.f.g.h e.f.g.h f.g.h g.h h")]
    // RFC 9989 §4.10, the example
    [InlineData("a.b.c.d.e.f.g.h.i.j.mail.example.com",
        "a.b.c.d.e.f.g.h.i.j.mail.example.com g.h.i.j.mail.example.com h.i.j.mail.example.com i.j.mail.example.com "
        + "j.mail.example.com mail.example.com example.com com")]
    public async Task Names_are_cut_to_seven_labels_and_one_by_one(string start, string targets)
    {
        Assert.Equal(targets.Split(' '), TreeWalk.Targets(start));
        var dns = new ScriptedDns();
        await TreeWalk.Ask(dns, start, default);
        Assert.Equal(targets.Split(' ').Select(target => "TXT _dmarc." + target), dns.Asked);
    }

    [Theory]
    // RFC 9989 §4.10.2, the examples
    [InlineData("a.mail.example.com", "mail.example.com:p=none example.com:p=none", "example.com", "example.com")]
    [InlineData("a.mail.example.com", "mail.example.com:psd=n;p=none example.com:p=none",
        "mail.example.com", "mail.example.com")]
    [InlineData("a.mail.example.com", "com:psd=y;p=none", "example.com", "com")]
    [InlineData("mail.example.com", "mail.example.com:p=none example.com:psd=y;p=none",
        "mail.example.com", "mail.example.com")]
    // The author's own record is used, and does not end the walk
    [InlineData("a.example.com", "a.example.com:p=none example.com:p=none", "example.com", "a.example.com")]
    [InlineData("a.example.com", "a.example.com:psd=n;p=none example.com:p=none", "a.example.com", "a.example.com")]
    [InlineData("a.example.com", "a.example.com:p=none com:psd=y;p=none", "example.com", "a.example.com")]
    [InlineData("a.b.example.com", "b.example.com:p=none com:psd=y;p=none", "example.com", "com")]
    // psd=y where the walk began is not a suffix for itself
    [InlineData("bank", "bank:psd=y;p=none", "bank", "bank")]
    [InlineData("one.bank", "bank:psd=y;p=none", "one.bank", "bank")]
    [InlineData("a.one.bank", "one.bank:p=none bank:psd=y;p=none", "one.bank", "one.bank")]
    // No walk goes on behind psd=
    [InlineData("a.b.example.com", "b.example.com:psd=y;p=none example.com:p=none", "a.b.example.com", "b.example.com")]
    [InlineData("a.example.com", "", "a.example.com", "")]
    // Without p= it is a record still
    [InlineData("a.example.com", "example.com:x=y", "example.com", "example.com")]
    // A registry without psd=y
    [InlineData("a.example.com", "com:p=none", "com", "com")]
    // Eight labels are cut below the suffix
    [InlineData("a.b.c.d.e.f.g.h.i.j", "d.e.f.g.h.i.j:psd=y;p=none", "c.d.e.f.g.h.i.j", "d.e.f.g.h.i.j")]
    // RFC 9989 §5.1.8: too deep to be found
    [InlineData("mail.a.b.c.d.e.f.g.example.com", "b.c.d.e.f.g.example.com:psd=n;p=none example.com:p=none",
        "example.com", "example.com")]
    public async Task The_organization_and_the_record(string start, string zone, string organization, string record)
    {
        TreeWalk walk = await TreeWalk.Ask(Zone(zone), start, default);
        Assert.True(walk.IsCertain && walk.IsStartKnown);
        Assert.Equal(organization, walk.OrganizationalDomain);
        Assert.Equal(record, walk.Applicable()?.Domain ?? "");
    }

    [Fact]
    public async Task Several_records_are_none_and_other_texts_do_not_count()
    {
        ScriptedDns dns = Zone("example.com:p=none");
        dns.Ok("_dmarc.a.example.com", DnsType.Txt, Text("v=DMARC1; p=reject"), Text("v=DMARC1; p=reject"));
        Assert.Equal("example.com", (await TreeWalk.Ask(dns, "a.example.com", default)).Applicable()!.Domain);
        dns.Ok("_dmarc.a.example.com", DnsType.Txt, Text("v=spf1 -all"), Text("v=DMARC1; p=reject"), Text("v=DMARC2"));
        Assert.Equal("a.example.com", (await TreeWalk.Ask(dns, "a.example.com", default)).Applicable()!.Domain);
    }

    [Theory]
    [InlineData("a.b.example.com", "example.com:p=none", "a.b.example.com", false, false)]
    [InlineData("a.b.example.com", "example.com:p=none", "b.example.com", true, false)]
    [InlineData("a.b.example.com", "b.example.com:p=none", "example.com", true, false)]
    [InlineData("a.b.example.com", "b.example.com:psd=n;p=none", "example.com", true, true)]
    [InlineData("a.b.example.com", "b.example.com:psd=y;p=none", "com", true, true)]
    // A top-level domain that is silent is passed over where the domain below it has a record
    [InlineData("a.b.example.com", "example.com:p=none", "com", true, true)]
    [InlineData("example.com", "example.com:p=none", "com", true, true)]
    [InlineData("a.b.example.com", "b.example.com:p=none", "com", true, false)]
    [InlineData("a.b.example.com", "", "com", true, false)]
    [InlineData("a.b.example.com", "example.com:p=none", "b.example.com com", true, false)]
    public async Task A_failure_counts_where_it_decides(
        string start, string zone, string failed, bool isStartKnown, bool isCertain)
    {
        foreach (DnsStatus status in new[] { DnsStatus.Failed, DnsStatus.TimedOut, DnsStatus.Cancelled })
        {
            ScriptedDns dns = Zone(zone);
            foreach (string name in failed.Split(' '))
                dns.Status("_dmarc." + name, DnsType.Txt, status);
            TreeWalk walk = await TreeWalk.Ask(dns, start, default);
            Assert.Equal((isStartKnown, isCertain), (walk.IsStartKnown, walk.IsCertain));
        }
    }

    [Fact]
    public async Task A_name_that_is_too_long_with_its_prefix_has_no_record()
    {
        ScriptedDns dns = Zone("example.com:p=none").Status("_dmarc.a.example.com", DnsType.Txt, DnsStatus.BadName);
        TreeWalk walk = await TreeWalk.Ask(dns, "a.example.com", default);
        Assert.True(walk.IsCertain && walk.IsStartKnown);
        Assert.Equal("example.com", walk.Applicable()!.Domain);
    }

    internal static ScriptedDns Zone(string zone)
    {
        var dns = new ScriptedDns();
        foreach (string entry in zone.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = entry.Split(':', 2);
            dns.Ok("_dmarc." + parts[0], DnsType.Txt, Text("v=DMARC1;" + parts[1]));
        }
        return dns;
    }

    internal static TxtRecord Text(string text) => new("", TimeSpan.FromMinutes(5), text);
}
