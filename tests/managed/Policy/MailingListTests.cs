using MailModule.Mail;
using MailModule.Policy;

namespace MailModule.Tests.Policy;

public class MailingListTests
{
    [Fact]
    public void Members_have_commas_or_blanks_between_and_may_be_files()
    {
        MailingList list = Parse(
            "friends@a.example;boss@a.example;ann@a.example, bob@b.example  carl@c.example,@more.txt @/etc/even "
                + "more@d.example");
        Assert.Equal("boss@a.example", list.Owner!.Text);
        Assert.Equal(["ann@a.example", "bob@b.example", "carl@c.example", "more@d.example"],
            list.Members.Select(member => member.Text));
        Assert.Equal(["/cfg/more.txt", "/etc/even"], list.Files);
    }

    [Fact]
    public void Without_an_owner_it_is_an_alias() => Assert.Null(Parse("staff@a.example;;ann@a.example").Owner);

    [Theory]
    [InlineData("friends@a.example;ann@a.example", "two semicolons")]
    [InlineData("friends;;ann@a.example", "the list's address")]
    [InlineData(";;ann@a.example", "the list's address")]
    [InlineData("postmaster;;ann@a.example", "the list's address")]
    [InlineData("a@b c@d;;ann@a.example", "the list's address")]
    [InlineData("friends@a.example;boss;ann@a.example", "the owner's address")]
    [InlineData("friends@a.example;Friends@A.example;ann@a.example", "its own owner")]
    [InlineData("friends@a.example;;", "needs a member")]
    [InlineData("friends@a.example;; , ,", "needs a member")]
    [InlineData("friends@a.example;;ann", "neither an address")]
    [InlineData("friends@a.example;;ann@a.example,<bob@b.example>", "neither an address")]
    [InlineData("friends@a.example;;@", "neither an address")]
    [InlineData("friends@a.example;;ann@a.example;bob@b.example", "neither an address")]
    public void A_malformed_one_is_told(string text, string reason)
    {
        Assert.False(MailingList.TryParse(text, "/cfg", out _, out string error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Mail_for_a_list_is_taken_from_everybody_in_any_case_and_wins_over_a_user()
    {
        RelayPolicy policy = Policy(
            "friends@a.example;;x@y.example", "ann@a.example;;ann@a.example,x@y.example",
            "far@elsewhere.example;;ann@a.example");
        foreach (string address in new[] { "friends@a.example", "FRIENDS@A.Example", "\"friends\"@a.example" })
            Assert.Equal(new RelayVerdict("list\tfriends@a.example", RelayRefusal.None),
                policy.CheckRecipient(Address(address), mayRelay: false));
        Assert.Equal("list\tann@a.example", policy.CheckRecipient(Address("ann@a.example"), mayRelay: false).Maildrop);
        Assert.Equal("ann", policy.CheckUser(Address("ann@a.example"), mayRelay: false).Maildrop);
        Assert.Equal("list\tfar@elsewhere.example",
            policy.CheckRecipient(Address("far@elsewhere.example"), mayRelay: false).Maildrop);
        Assert.Equal(RelayRefusal.NotLocal,
            policy.CheckRecipient(Address("near@elsewhere.example"), mayRelay: false).Refusal);
    }

    [Fact]
    public void A_maildrop_tells_lists_from_users()
    {
        MailingList list = Parse("Friends@a.example;;x@y.example");
        Assert.Equal("friends@a.example", MailingList.NameIn(list.Maildrop));
        Assert.Null(MailingList.NameIn("list"));
        Assert.Null(MailingList.NameIn("ann"));
        Assert.False(Account.IsName(list.Maildrop));
        Assert.Same(list, new MailingLists([list]).Find("friends@a.example"));
    }

    private static RelayPolicy Policy(params string[] lists)
    {
        var domains = new LocalDomains(["a.example"], _ => false);
        Assert.True(Account.TryParse("ann;x;/h/ann;P", "/", out Account ann, out _));
        return new RelayPolicy(new Accounts([ann], domains, "shs", "/users"), domains, AddressRanges.Empty)
        {
            Lists = new MailingLists(lists.Select(Parse)),
        };
    }

    private static MailingList Parse(string text)
    {
        Assert.True(MailingList.TryParse(text, "/cfg", out MailingList list, out string error), error);
        return list;
    }

    private static MailAddress Address(string text)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address));
        return address;
    }
}
