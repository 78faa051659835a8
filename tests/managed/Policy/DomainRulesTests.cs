using MailModule.Mail;
using MailModule.Policy;

namespace MailModule.Tests.Policy;

/// <summary>Tags, a catch-all and relay domains, in the one verdict on a recipient.</summary>
public class DomainRulesTests
{
    private static readonly string[] s_users =
        ["ann;a;/h/ann;PS", "bob+x;b;;P", "sender;c;;S", "dora@b.example;d;;P", "rest;e;;P", "boss;f;;PA"];

    [Theory]
    [InlineData("ann+tag@a.example", "ann")]
    [InlineData("ANN+a+b@a.example", "ann")]
    [InlineData("ann-tag@a.example", "ann")]
    [InlineData("\"ann+t@g\"@a.example", "ann")]
    [InlineData("bob+x@a.example", "bob+x")]
    [InlineData("dora+1@b.example", "dora@b.example")]
    [InlineData("postmaster+x@a.example", "boss")]
    [InlineData("bob+y@a.example", null)]
    [InlineData("sender+y@a.example", null)]
    [InlineData("+ann@a.example", null)]
    [InlineData("ann%c.example@a.example", null)]
    [InlineData("ann@a.example", "ann")]
    public void A_tag_is_taken_from_the_name_of_a_user_where_no_user_has_the_whole(string recipient, string? maildrop)
        => Assert.Equal(maildrop, Policy(new DomainRules { Delimiters = "+-" }).CheckRecipient(
            Address(recipient), mayRelay: true).Maildrop);

    [Theory]
    [InlineData("nobody@a.example", "rest")]
    [InlineData("sender@a.example", "rest")]
    [InlineData("ann@a.example", "ann")]
    [InlineData("ann+x@a.example", "ann")]
    [InlineData("postmaster@a.example", "boss")]
    [InlineData("nobody@b.example", null)]
    public void A_catch_all_gets_what_is_nobodys_in_its_domain(string recipient, string? maildrop)
    {
        var rules = new DomainRules { Delimiters = "+", CatchAll = new([("a.example", "rest")]) };
        RelayVerdict verdict = Policy(rules).CheckRecipient(Address(recipient), mayRelay: false);
        Assert.Equal((maildrop, maildrop is null ? RelayRefusal.UnknownUser : RelayRefusal.None),
            (verdict.Maildrop, verdict.Refusal));
    }

    [Fact]
    public void A_catch_all_takes_no_mail_for_other_domains_and_one_for_nobody_takes_none()
    {
        var any = new DomainRules { CatchAll = new([("*", "rest")]) };
        Assert.Equal(RelayRefusal.NotLocal,
            Policy(any).CheckRecipient(Address("x@c.example"), mayRelay: false).Refusal);
        var gone = new DomainRules { CatchAll = new([("*", "gone")]) };
        Assert.Equal(RelayRefusal.UnknownUser,
            Policy(gone).CheckRecipient(Address("x@a.example"), mayRelay: false).Refusal);
    }

    [Theory]
    [InlineData("x@c.example", true)]
    [InlineData("x@sub.c.example", true)]
    [InlineData("x@d.example", true)]
    [InlineData("x@sub.d.example", false)]
    [InlineData("x@e.example", false)]
    [InlineData("\"x@c.example\"@e.example", false)]
    [InlineData("x%c.example@e.example", false)]
    public void Mail_for_a_relay_domain_is_taken_from_anybody(string recipient, bool isTaken)
    {
        var rules = new DomainRules { Relayed = new([(".c.example", ""), ("d.example", "")]) };
        RelayVerdict verdict = Policy(rules).CheckRecipient(Address(recipient), mayRelay: false);
        Assert.Equal(new RelayVerdict(null, isTaken ? RelayRefusal.None : RelayRefusal.NotLocal), verdict);
    }

    [Fact]
    public void A_relay_domain_of_everybody_leaves_our_own_domains_as_they_are()
        => Assert.Equal(RelayRefusal.UnknownUser,
            Policy(new DomainRules { Relayed = new([("*", "")]) }).CheckRecipient(
                Address("nobody@a.example"), mayRelay: false).Refusal);

    private static RelayPolicy Policy(DomainRules rules)
    {
        var domains = new LocalDomains(["a.example", "b.example"], _ => false);
        var users = s_users.Select(text =>
        {
            Assert.True(Account.TryParse(text, "/", out Account account, out _));
            return account;
        });
        return new RelayPolicy(new Accounts(users, domains, "shs", "/users"), domains, AddressRanges.Empty)
        { ByDomain = rules };
    }

    private static MailAddress Address(string text)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address));
        return address;
    }
}
