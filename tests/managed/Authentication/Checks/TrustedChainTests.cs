using MailModule.Authentication;
using MailModule.Authentication.Checks;

namespace MailModule.Tests.Authentication.Checks;

/// <summary>When a chain of seals speaks for a message that DMARC fails.</summary>
public class TrustedChainTests
{
    private const string Passed = "list.example; dmarc=pass header.from=author.example";

    private static readonly DmarcResult s_failed = new(AuthResult.Fail, "author.example")
    {
        PolicyDomain = "author.example",
        OrganizationalDomain = "author.example",
        Policy = DmarcPolicy.Reject,
        Disposition = DmarcPolicy.Reject,
    };

    /// <summary>Sealers from the first on, those in capitals trusted; what the first trusted one reports is the text.
    /// </summary>
    [Theory]
    [InlineData("LIST", 1)]
    [InlineData("LIST FORWARDER", 1)]
    [InlineData("other LIST FORWARDER", 2)]
    [InlineData("LIST other", 0)]
    [InlineData("other", 0)]
    [InlineData("", 0)]
    public void All_hands_since_the_word_was_given_must_be_trusted(string sealers, int believed)
    {
        string[] names = sealers.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var trusted = names.Where(name => char.IsUpper(name[0])).Select(name => name.ToLowerInvariant() + ".example")
            .ToHashSet();
        var arc = new ArcResult(AuthResult.Pass)
        {
            Instances = names.Length,
            Sealers = [.. names.Select(name => name + ".EXAMPLE")],
            Reported = [.. names.Select((_, i) => i + 1 == believed ? Passed : "x.example; dmarc=fail")],
        };
        DmarcResult verdict = TrustedChain.Judge(s_failed, arc, trusted);
        Assert.Equal(believed > 0 ? DmarcPolicy.None : DmarcPolicy.Reject, verdict.Disposition);
        Assert.Equal(believed > 0 ? names[believed - 1] + ".EXAMPLE" : "", verdict.OverriddenBy);
        Assert.Equal(AuthResult.Fail, verdict.Result);
    }

    [Theory]
    [InlineData(Passed, true)]
    [InlineData("list.example; dmarc=pass header.from=AUTHOR.example", true)]
    [InlineData("list.example; dmarc=pass header.from=other.example", false)]
    [InlineData("list.example; dmarc=pass", false)]
    [InlineData("list.example; dmarc=fail header.from=author.example; dkim=pass header.d=author.example", false)]
    [InlineData("list.example; dmarc=pass header.from=author.example; dmarc=fail header.from=author.example", false)]
    [InlineData("list.example; dkim=pass header.d=author.example", true)]
    [InlineData("list.example; dkim=pass header.d=mail.author.example", true)]
    [InlineData("list.example; dkim=pass header.d=notauthor.example", false)]
    [InlineData("list.example; dkim=fail header.d=author.example", false)]
    [InlineData("list.example; spf=pass smtp.mailfrom=eve@author.example", true)]
    [InlineData("list.example; spf=pass smtp.mailfrom=author.example@other.example", false)]
    [InlineData("list.example; none", false)]
    [InlineData("not a field at all", false)]
    [InlineData("", false)]
    public void What_the_sealer_reports_must_be_of_the_same_author(string reported, bool isBelieved)
    {
        var arc = new ArcResult(AuthResult.Pass) { Instances = 1, Sealers = ["list.example"], Reported = [reported] };
        DmarcResult verdict = TrustedChain.Judge(s_failed, arc, new HashSet<string> { "list.example" });
        Assert.Equal(isBelieved, verdict.OverriddenBy.Length > 0);
    }

    [Theory]
    [InlineData(AuthResult.Fail)]
    [InlineData(AuthResult.None)]
    public void A_chain_that_is_not_right_says_nothing(AuthResult result)
    {
        var arc = new ArcResult(result) { Instances = 1, Sealers = ["list.example"], Reported = [Passed] };
        Assert.Same(s_failed, TrustedChain.Judge(s_failed, arc, new HashSet<string> { "list.example" }));
    }

    [Fact]
    public void A_chain_that_covers_the_beginning_of_the_body_alone_says_nothing()
    {
        var arc = new ArcResult(AuthResult.Pass)
        {
            Instances = 1,
            Sealers = ["list.example"],
            Reported = [Passed],
            IsBodyLonger = true,
        };
        Assert.Same(s_failed, TrustedChain.Judge(s_failed, arc, new HashSet<string> { "list.example" }));
    }

    [Theory]
    [InlineData("list.example", AuthResult.TempError)]
    [InlineData("other.example", AuthResult.Fail)]
    public void Where_a_trusted_chain_cannot_be_checked_now_a_later_try_may_tell(string trusted, AuthResult result)
    {
        var arc = new ArcResult(AuthResult.TempError)
        {
            Instances = 1,
            Sealers = ["list.example"],
            Reported = [Passed],
        };
        Assert.Equal(result, TrustedChain.Judge(s_failed, arc, new HashSet<string> { trusted }).Result);
    }

    [Fact]
    public void What_does_not_fail_is_left_as_it_is()
    {
        var arc = new ArcResult(AuthResult.Pass) { Instances = 1, Sealers = ["list.example"], Reported = [Passed] };
        DmarcResult passed = s_failed with { Result = AuthResult.Pass, Disposition = DmarcPolicy.None };
        Assert.Same(passed, TrustedChain.Judge(passed, arc, new HashSet<string> { "list.example" }));
    }
}
