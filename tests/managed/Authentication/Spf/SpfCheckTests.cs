using System.Net;
using MailModule.Authentication;
using MailModule.Authentication.Spf;
using MailModule.Dns;
using MailModule.Tests.Support;

namespace MailModule.Tests.Authentication.Spf;

public class SpfCheckTests
{
    private const string Sender = "anna@example.org", Helo = "client.example.net";

    private readonly ZoneDns _dns = new();

    [Theory]
    [InlineData("+all", AuthResult.Pass, "all")]
    [InlineData("-all", AuthResult.Fail, "all")]
    [InlineData("~all", AuthResult.SoftFail, "all")]
    [InlineData("?all", AuthResult.Neutral, "all")]
    [InlineData("", AuthResult.Neutral, "default")]
    [InlineData("-ip4:10.0.0.0/8", AuthResult.Neutral, "default")]
    [InlineData("-ip4:10.0.0.0/8 ip4:192.0.2.0/24 -all", AuthResult.Pass, "ip4:192.0.2.0/24")]
    [InlineData("-all redirect=nowhere.example.org", AuthResult.Fail, "all")]
    [InlineData("include:all.example.org -all", AuthResult.Pass, "include:all.example.org")]
    [InlineData("redirect=all.example.org", AuthResult.Pass, "all")]
    [InlineData("moo", AuthResult.PermError, "")]
    [InlineData("include:nowhere.example.org", AuthResult.PermError, "")]
    [InlineData("redirect=nowhere.example.org", AuthResult.PermError, "")]
    internal async Task The_record_decides_and_its_mechanism_is_told(string terms, AuthResult result, string mechanism)
    {
        _dns.Txt("example.org", "v=spf1 " + terms).Txt("all.example.org", "v=spf1 all");
        SpfResult found = await Check();
        Assert.Equal((result, mechanism), (found.Result, found.Mechanism));
        Assert.Equal((SpfIdentity.MailFrom, Sender, "example.org"), (found.Identity, found.Sender, found.Domain));
        Assert.Equal(result == AuthResult.PermError, found.Text.Length > 0);
    }

    [Theory]
    [InlineData(SpfIdentity.Helo, Sender, Helo, "postmaster@client.example.net")]
    [InlineData(SpfIdentity.MailFrom, "", Helo, "postmaster@client.example.net")]
    [InlineData(SpfIdentity.MailFrom, "@example.org", Helo, "postmaster@example.org")]
    [InlineData(SpfIdentity.MailFrom, "example.org", Helo, "postmaster@example.org")]
    [InlineData(SpfIdentity.MailFrom, "\"a@b\"@example.org", Helo, "\"a@b\"@example.org")]
    [InlineData(SpfIdentity.MailFrom, "a@Example.ORG.", Helo, "a@Example.ORG")]
    [InlineData(SpfIdentity.MailFrom, "a@b\u00fccher.example", Helo, "a@xn--bcher-kva.example")]
    internal async Task The_identity_is_an_address(SpfIdentity identity, string sender, string helo, string address)
    {
        string domain = address[(address.LastIndexOf('@') + 1)..].ToLowerInvariant();
        _dns.Txt(domain, "v=spf1 -all exp=exp.example.org").Txt("exp.example.org", "%{s} %{o} %{d} %{h}");
        SpfResult found = await Check(identity, sender, helo);
        Assert.Equal((AuthResult.Fail, identity, address), (found.Result, found.Identity, found.Sender));
        string shown = address[(address.LastIndexOf('@') + 1)..];
        Assert.Equal($"{address} {shown} {shown} {helo}", found.Explanation);
        Assert.Contains("TXT " + domain, _dns.Asked);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("[192.0.2.1]")]
    [InlineData("[IPv6:2001:db8::1]")]
    [InlineData("192.0.2.1")]
    [InlineData("a..example.org")]
    [InlineData(".example.org")]
    [InlineData("org.")]
    [InlineData(".")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.example.org")]
    public async Task Of_what_is_no_domain_nobody_is_asked(string domain)
    {
        SpfResult helo = await Check(SpfIdentity.Helo, Sender, domain);
        SpfResult sender = await Check(SpfIdentity.MailFrom, "anna@" + domain, domain);
        Assert.Equal((AuthResult.None, AuthResult.None), (helo.Result, sender.Result));
        Assert.Empty(_dns.Asked);
    }

    [Fact]
    public async Task A_sender_without_end_is_not_looked_at()
    {
        SpfResult found = await Check(SpfIdentity.MailFrom, new string('x', 2000) + "@example.org", Helo);
        Assert.Equal(AuthResult.None, found.Result);
        Assert.Empty(_dns.Asked);
    }

    [Fact]
    public async Task Texts_that_are_no_record_do_not_count()
    {
        _dns.Txt("example.org", "v=spf10 -all", "", "spf2.0/pra -all", "\u00ff\0", "v=spf1 +all", "v=DKIM1; p=");
        Assert.Equal(AuthResult.Pass, (await Check()).Result);
        _dns.Txt("example.org", "v=SPF1 +all");
        Assert.Equal(AuthResult.PermError, (await Check()).Result);
    }

    [Theory]
    [InlineData("192.0.2.1", AuthResult.Pass)]
    [InlineData("::ffff:192.0.2.1", AuthResult.Pass)]
    [InlineData("2001:db8::1", AuthResult.SoftFail)]
    [InlineData("::192.0.2.1", AuthResult.Fail)]
    [InlineData("::ffff:192.0.2.2", AuthResult.Fail)]
    internal async Task An_ipv4_address_in_an_ipv6_form_is_one(string client, AuthResult result)
    {
        _dns.Txt("example.org", "v=spf1 ip4:192.0.2.1 ~ip6:2001:db8::/32 ip6:::ffff:0:0/96 -all");
        SpfResult found = await Check(client: client);
        Assert.Equal(result, found.Result);
    }

    [Fact]
    public async Task Addresses_of_the_clients_family_alone_are_asked_for()
    {
        _dns.Txt("example.org", "v=spf1 a mx exists:x.example.org -all").Mx("example.org", (1, "mx.example.org"));
        await Check(client: "2001:db8::1");
        Assert.Equal(
            ["TXT example.org", "AAAA example.org", "MX example.org", "AAAA mx.example.org", "A x.example.org"],
            _dns.Asked);
    }

    // RFC 8616 §4.
    [Theory]
    [InlineData("exists:%{l}.example.org -all", AuthResult.Fail)]
    [InlineData("-exists:%{s} ~all", AuthResult.SoftFail)]
    [InlineData("include:%{l}.example.org ~all", AuthResult.SoftFail)]
    [InlineData("redirect=%{L}.example.org", AuthResult.Neutral)]
    [InlineData("exists:%{o}.example.org -all", AuthResult.Pass)]
    internal async Task A_term_with_a_local_part_that_no_name_has_does_not_match(string terms, AuthResult result)
    {
        _dns.Txt("example.org", "v=spf1 " + terms).Address("example.org.example.org", "127.0.0.2");
        SpfResult found = await Check(SpfIdentity.MailFrom, "\u00e4nna@example.org", Helo);
        Assert.Equal(result, found.Result);
    }

    [Fact]
    public async Task A_fail_alone_is_explained_by_whose_record_decided()
    {
        _dns.Txt("example.org", "v=spf1 include:other.example.org redirect=last.example.org exp=no.example.org")
            .Txt("other.example.org", "v=spf1 -all exp=no.example.org")
            .Txt("last.example.org", "v=spf1 -all exp=yes.%{d}")
            .Txt("no.example.org", "wrong")
            .Txt("yes.last.example.org", "%{d} refuses %{l}");
        SpfResult found = await Check();
        Assert.Equal((AuthResult.Fail, "last.example.org refuses anna"), (found.Result, found.Explanation));
        Assert.Equal("example.org", found.Domain);
        _dns.Txt("soft.example.org", "v=spf1 ~all exp=no.example.org");
        found = await Check(SpfIdentity.MailFrom, "anna@soft.example.org", Helo);
        Assert.Equal((AuthResult.SoftFail, ""), (found.Result, found.Explanation));
        Assert.DoesNotContain("TXT no.example.org", _dns.Asked);
    }

    [Fact]
    public async Task The_clients_names_are_looked_up_once_and_those_that_lie_are_left_out()
    {
        _dns.Txt("example.org", "v=spf1 exists:%{p}.a.example.org ptr:b.example.org exists:%{p2}.c.example.org -all")
            .Ptr("1.2.0.192.in-addr.arpa", "liar.example.org", "good.example.net", "mail.example.org")
            .Address("liar.example.org", "192.0.2.99").Address("good.example.net", "192.0.2.1")
            .Address("mail.example.org", "192.0.2.1", "192.0.2.2")
            .Address("example.org.c.example.org", "127.0.0.2");
        Assert.Equal("exists:%{p2}.c.example.org", (await Check()).Mechanism);
        Assert.Single(_dns.Asked, "PTR 1.2.0.192.in-addr.arpa");
        Assert.Contains("A mail.example.org.a.example.org", _dns.Asked);
    }

    [Theory]
    [InlineData("v=spf1 -all exp=%{p}.exp.example.org")]
    [InlineData("v=spf1 include:%{p}.inc.example.org -all exp=a.exp.example.org")]
    public async Task The_name_of_a_client_without_one_is_unknown(string record)
    {
        _dns.Txt("example.org", record).Txt("unknown.exp.example.org", "from %{p}")
            .Txt("unknown.inc.example.org", "v=spf1 ?all").Txt("a.exp.example.org", "from %{p}");
        Assert.Equal("from unknown", (await Check()).Explanation);
    }

    [Fact]
    public async Task A_check_ends_when_its_caller_cancels()
    {
        using var cancel = new CancellationTokenSource();
        _dns.Instead = (question, token) => question.Type == DnsType.Txt ? null : WaitForCancel(question, token);
        _dns.Txt("example.org", "v=spf1 a -all");
        Task<SpfResult> check = new SpfCheck(_dns, "", TimeProvider.System).Check(
            SpfIdentity.MailFrom, IPAddress.Loopback, Sender, Helo, cancel.Token).AsTask();
        Assert.False(check.IsCompleted);
        await cancel.CancelAsync();
        Assert.Equal(AuthResult.TempError, (await check).Result);
    }

    private static async ValueTask<DnsAnswer> WaitForCancel(DnsQuestion question, CancellationToken cancel)
    {
        var end = new TaskCompletionSource();
        using CancellationTokenRegistration registration = cancel.Register(end.SetResult);
        await end.Task;
        return DnsAnswer.Cancelled(question.Name);
    }

    private async Task<SpfResult> Check(
        SpfIdentity identity = SpfIdentity.MailFrom, string sender = Sender, string helo = Helo,
        string client = "192.0.2.1")
        => await new SpfCheck(_dns, "mx.example.net", TimeProvider.System).Check(
            identity, IPAddress.Parse(client), sender, helo, CancellationToken.None);
}
