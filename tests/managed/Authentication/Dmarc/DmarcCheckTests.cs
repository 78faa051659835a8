using MailModule.Authentication;
using MailModule.Authentication.Dmarc;
using MailModule.Dns;
using MailModule.Tests.Dns;

namespace MailModule.Tests.Authentication.Dmarc;

/// <summary>Verdicts (RFC 9989 §4.4, §4.10.1, §5.3).</summary>
public class DmarcCheckTests
{
    [Theory]
    // RFC 9989 §4.4, the table
    [InlineData("news.example.com", "dkim:foo.example.com", "example.com:p=reject", "pass")]
    [InlineData("news.example.com", "dkim:news.example.com", "example.com:p=reject;adkim=s", "pass")]
    [InlineData("news.example.com", "dkim:foo.example.net", "example.com:p=reject", "fail")]
    [InlineData("news.example.com", "dkim:foo.example.com", "example.com:p=reject;adkim=s", "fail")]
    [InlineData("news.example.com", "spf:foo.example.com", "example.com:p=reject", "pass")]
    [InlineData("news.example.com", "spf:foo.example.com", "example.com:p=reject;aspf=s", "fail")]
    [InlineData("news.example.com", "spf:foo.example.com", "example.com:p=reject;adkim=s", "pass")]
    [InlineData("news.example.com", "dkim:foo.example.com", "example.com:p=reject;aspf=s", "pass")]
    [InlineData("news.example.com", "dkim:example.com", "example.com:p=reject", "pass")]
    [InlineData("example.com", "dkim:foo.example.com", "example.com:p=reject", "pass")]
    [InlineData("example.com", "dkim:EXAMPLE.com.", "example.com:p=reject;adkim=s", "pass")]
    [InlineData("example.com", "dkim:com", "example.com:p=reject", "fail")]
    [InlineData("example.com", "dkim:ample.com", "example.com:p=reject", "fail")]
    [InlineData("example.com", "dkim:badexample.com", "example.com:p=reject", "fail")]
    [InlineData("example.com", "dkim:", "example.com:p=reject", "fail")]
    [InlineData("example.com", "dkim:not/a..domain", "example.com:p=reject", "fail")]
    [InlineData("example.com", "", "example.com:p=reject", "fail")]
    [InlineData("example.com", "dkim:example.com", "", "none")]
    [InlineData("example.com", "-dkim:example.com -spf:example.com", "example.com:p=reject", "fail")]
    [InlineData("example.com", "dkim:x.example -dkim:example.com dkim:example.com", "example.com:p=reject", "pass")]
    // A part that is an organization of its own
    [InlineData("example.com", "dkim:own.example.com", "example.com:p=reject own.example.com:psd=n;p=none", "fail")]
    [InlineData("own.example.com", "dkim:example.com", "example.com:p=reject own.example.com:psd=n;p=none", "fail")]
    [InlineData("own.example.com", "dkim:a.own.example.com", "example.com:p=none own.example.com:psd=n;p=none", "pass")]
    [InlineData("example.com", "dkim:a.own.example.com", "example.com:p=none own.example.com:psd=n;p=none", "fail")]
    // Neighbours under a registry
    [InlineData("one.bank", "dkim:two.bank", "bank:psd=y;p=reject", "fail")]
    [InlineData("one.bank", "dkim:mail.one.bank", "bank:psd=y;p=reject", "pass")]
    [InlineData("bank", "dkim:one.bank", "bank:psd=y;p=reject", "fail")]
    // RFC 9989 §11.8, a registry that forgot psd=y
    [InlineData("one.bank", "dkim:two.bank", "bank:p=reject", "pass")]
    // U-labels
    [InlineData("xn--bcher-kva.example", "dkim:b\u00fccher.example", "xn--bcher-kva.example:p=reject;adkim=s", "pass")]
    [InlineData("b\u00fccher.example", "spf:XN--BCHER-KVA.example", "xn--bcher-kva.example:p=reject;aspf=s", "pass")]
    // Records of no use
    [InlineData("example.com", "dkim:example.com", "example.com:x=y", "permerror")]
    [InlineData("example.com", "dkim:example.com", "example.com:p=wrong", "permerror")]
    [InlineData("a.example.com", "dkim:example.com", "a.example.com:p=wrong example.com:p=none", "permerror")]
    [InlineData("example.com", "dkim:example.com", "example.com:rua=mailto:a@b.example", "pass")]
    public async Task The_verdict(string from, string passed, string zone, string verdict)
    {
        DmarcResult result = await Judge(TreeWalkTests.Zone(zone), from, passed);
        Assert.Equal(verdict, result.Result.ToString().ToLowerInvariant());
        Assert.Equal(result.Result == AuthResult.Pass, result.IsDkimAligned || result.IsSpfAligned);
        Assert.Equal(result.Result == AuthResult.Pass, result.Text.Length == 0);
        if (result.Result != AuthResult.Fail)
            Assert.Equal(DmarcPolicy.None, result.Disposition);
    }

    [Theory]
    [InlineData("example.com", "example.com:p=reject;sp=none;np=none", "reject", "reject", "example.com")]
    [InlineData("here.example.com", "example.com:p=none;sp=quarantine;np=reject", "quarantine", "quarantine",
        "example.com")]
    [InlineData("gone.example.com", "example.com:p=none;sp=quarantine;np=reject", "reject", "reject", "example.com")]
    [InlineData("gone.example.com", "example.com:p=none;sp=quarantine", "quarantine", "quarantine", "example.com")]
    [InlineData("alias.example.com", "example.com:p=none;np=reject", "none", "none", "example.com")]
    [InlineData("gone.example.com", "gone.example.com:p=none example.com:p=none;np=reject", "none", "none",
        "gone.example.com")]
    [InlineData("example.com", "example.com:p=reject;t=y", "reject", "quarantine", "example.com")]
    [InlineData("example.com", "example.com:p=quarantine;t=y", "quarantine", "none", "example.com")]
    [InlineData("gone.example.com", "example.com:p=none;np=reject;t=y", "reject", "quarantine", "example.com")]
    [InlineData("gone.example.com", "com:psd=y;p=none;np=reject", "reject", "reject", "com")]
    [InlineData("here.example.com", "com:psd=y;p=reject;sp=none;np=reject", "none", "none", "com")]
    [InlineData("example.com", "example.com:p=reject;pct=0", "reject", "reject", "example.com")]
    public async Task What_is_asked_and_what_is_to_be_done(
        string from, string zone, string asked, string done, string at)
    {
        ScriptedDns dns = TreeWalkTests.Zone(zone).Addresses("here.example.com", "192.0.2.1")
            .Answer("alias.example.com", DnsType.A, new DnsAnswer(DnsStatus.NxDomain, [], "gone.example"));
        DmarcResult result = await Judge(dns, from, "dkim:other.example");
        Assert.Equal(AuthResult.Fail, result.Result);
        Assert.Equal((asked, done, at, from), (Word(result.Policy), Word(result.Disposition), result.PolicyDomain,
            result.FromDomain));
    }

    [Fact]
    public async Task A_pass_tells_the_policy_and_asks_for_nothing()
    {
        DmarcResult result = await Judge(TreeWalkTests.Zone("example.com:p=reject;t=y"), "a.example.com",
            "dkim:b.example.com spf:example.com");
        Assert.Equal((AuthResult.Pass, DmarcPolicy.Reject, DmarcPolicy.None), (result.Result, result.Policy,
            result.Disposition));
        Assert.True(result.IsSpfAligned && result.IsDkimAligned && result.IsTesting);
        Assert.Equal(("example.com", "example.com"), (result.PolicyDomain, result.OrganizationalDomain));
    }

    [Theory]
    [InlineData("a.example.com", "dkim:a.example.com", "_dmarc.a.example.com", "temperror")]
    [InlineData("a.example.com", "dkim:example.com", "_dmarc.example.com", "temperror")]
    [InlineData("example.com", "dkim:example.com", "_dmarc.com", "pass")]
    [InlineData("example.com", "dkim:b.example.com", "_dmarc.com", "pass")]
    [InlineData("example.com", "dkim:b.example.com", "_dmarc.b.example.com", "temperror")]
    [InlineData("example.com", "dkim:b.example.com dkim:example.com", "_dmarc.b.example.com", "pass")]
    // Who signs with a name of his own cannot put a verdict off
    [InlineData("example.com", "dkim:evil.example", "_dmarc.evil.example", "fail")]
    [InlineData("example.com", "", "_dmarc.com", "fail")]
    [InlineData("example.com", "?dkim:evil.example", "", "fail")]
    [InlineData("example.com", "?dkim:example.com", "", "temperror")]
    [InlineData("example.com", "?spf:a.example.com", "", "temperror")]
    [InlineData("example.com", "?spf:a.example.com dkim:example.com", "", "pass")]
    [InlineData("own.example.com", "dkim:example.com", "_dmarc.example.com", "temperror")]
    [InlineData("own.example.com", "dkim:own.example.com", "_dmarc.example.com", "pass")]
    [InlineData("own.example.com", "dkim:evil.test", "_dmarc.example.com", "fail")]
    public async Task A_question_without_an_answer_counts_where_it_decides(
        string from, string passed, string failed, string verdict)
    {
        ScriptedDns dns = TreeWalkTests.Zone("example.com:p=reject own.example.com:p=reject");
        if (failed.Length > 0)
            dns.Status(failed, DnsType.Txt, DnsStatus.TimedOut);
        DmarcResult result = await Judge(dns, from, passed);
        Assert.Equal(verdict, result.Result.ToString().ToLowerInvariant());
        Assert.Equal(verdict == "fail" ? DmarcPolicy.Reject : DmarcPolicy.None, result.Disposition);
    }

    [Fact]
    public async Task Whether_a_domain_exists_is_asked_only_where_it_matters()
    {
        ScriptedDns dns = TreeWalkTests.Zone("example.com:p=none;sp=reject;np=reject");
        await Judge(dns, "a.example.com", "");
        Assert.DoesNotContain("A a.example.com", dns.Asked);
        dns = TreeWalkTests.Zone("example.com:p=none;np=reject").Status("a.example.com", DnsType.A, DnsStatus.Failed);
        Assert.Equal(AuthResult.TempError, (await Judge(dns, "a.example.com", "")).Result);
        Assert.Equal(AuthResult.Pass, (await Judge(dns, "a.example.com", "spf:example.com")).Result);
    }

    [Fact]
    public async Task A_stranger_who_signs_has_nobody_asked()
    {
        ScriptedDns dns = TreeWalkTests.Zone("example.com:p=reject");
        await Judge(dns, "example.com", "dkim:a.evil.example dkim:b.evil.example spf:com dkim:example.com");
        Assert.Equal(["TXT _dmarc.example.com", "TXT _dmarc.com"], dns.Asked);
    }

    [Fact]
    public async Task A_thousand_signatures_below_a_domain_cost_a_bounded_number_of_questions()
    {
        ScriptedDns dns = TreeWalkTests.Zone("example.com:p=reject");
        string many = string.Join(' ', Enumerable.Range(0, 1000).Select(i => $"dkim:a.b.c.d.e.f.g.{i}.example.com"));
        Assert.Equal(AuthResult.Pass, (await Judge(dns, "example.com", many)).Result);
        Assert.InRange(dns.Asked.Length, 1, 2 + Alignment.WalkLimit * TreeWalk.QueryLimit);
    }

    [Theory]
    [InlineData("a@one.example, b@two.example", "dkim:one.example dkim:two.example", "pass", "none", "one.example")]
    [InlineData("a@one.example, b@two.example", "dkim:one.example", "fail", "reject", "two.example")]
    [InlineData("a@two.example, b@one.example", "dkim:one.example", "fail", "reject", "two.example")]
    [InlineData("a@one.example, b@two.example", "", "fail", "reject", "two.example")]
    [InlineData("a@one.example, b@two.example", "dkim:two.example", "fail", "quarantine", "one.example")]
    [InlineData("a@one.example, b@free.example", "dkim:one.example", "none", "none", "free.example")]
    [InlineData("a@one.example, b@slow.example", "dkim:one.example", "temperror", "none", "slow.example")]
    [InlineData("a@one.example, b@slow.example", "", "fail", "quarantine", "one.example")]
    [InlineData("a@one.example, b@odd.example", "dkim:one.example", "permerror", "none", "odd.example")]
    public async Task Of_several_authors_each_is_judged_and_the_strictest_counts(
        string field, string passed, string verdict, string done, string from)
    {
        ScriptedDns dns = TreeWalkTests.Zone("one.example:p=quarantine two.example:p=reject odd.example:x=y")
            .Status("_dmarc.slow.example", DnsType.Txt, DnsStatus.Failed);
        DmarcResult result = await Judge(dns, AuthorDomain.OfField(System.Text.Encoding.UTF8.GetBytes(field)), passed);
        Assert.Equal((verdict, done, from), (result.Result.ToString().ToLowerInvariant(), Word(result.Disposition),
            result.FromDomain));
    }

    [Theory]
    [InlineData("From: <a@one.example> <b@two.example>\r\n", "reject")]
    [InlineData("From: a@one.example\r\nFrom: a@one.example\r\n", "reject")]
    [InlineData("From: a@1.example,a@2.example,a@3.example,a@4.example,a@5.example\r\n", "reject")]
    [InlineData("From: root\r\n", "none")]
    [InlineData("Subject: x\r\n", "none")]
    public async Task An_author_who_cannot_be_told_is_a_permanent_error_and_a_threat_where_there_is_one(
        string header, string done)
    {
        var dns = new ScriptedDns();
        var author = AuthorDomain.Of(new HeaderSection(System.Text.Encoding.ASCII.GetBytes(header)));
        DmarcResult result = await Judge(dns, author, "dkim:one.example");
        Assert.Equal((AuthResult.PermError, "", done), (result.Result, result.FromDomain, Word(result.Disposition)));
        Assert.NotEqual("", result.Text);
        Assert.Empty(dns.Asked);
    }

    [Fact]
    public async Task What_is_cancelled_is_a_temporary_error()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        var check = new DmarcCheck(TreeWalkTests.Zone("example.com:p=reject"));
        DmarcDiscovery found = await check.Find("example.com", cancel.Token);
        DmarcResult result = await check.Judge(found, null, [], cancel.Token);
        Assert.Equal((AuthResult.TempError, DmarcPolicy.None), (result.Result, result.Disposition));
    }

    private static ValueTask<DmarcResult> Judge(ScriptedDns dns, string from, string passed)
        => Judge(dns, AuthorDomain.Of(from), passed);

    /// <param name="passed">"dkim:DOMAIN" and "spf:DOMAIN"; "-" in front: failed; "?": a temporary error.</param>
    private static async ValueTask<DmarcResult> Judge(ScriptedDns dns, AuthorDomain author, string passed)
    {
        var check = new DmarcCheck(dns);
        DmarcDiscovery found = await check.Find(author, default);
        SpfResult? spf = null;
        var signatures = new List<DkimResult>();
        foreach (string part in passed.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            AuthResult result = part[0] switch
            {
                '-' => AuthResult.Fail,
                '?' => AuthResult.TempError,
                _ => AuthResult.Pass,
            };
            string[] words = part.TrimStart('-', '?').Split(':', 2);
            if (words[0] == "spf")
                spf = new SpfResult(result, SpfIdentity.MailFrom, "a@" + words[1], words[1]);
            else
                signatures.Add(new DkimResult(result, words[1], "s", ""));
        }
        return await check.Judge(found, spf, signatures, default);
    }

    private static string Word(DmarcPolicy policy) => policy.ToString().ToLowerInvariant();
}
