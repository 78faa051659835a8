using MailModule.Mail;
using MailModule.Policy;

namespace MailModule.Tests.Policy;

public class ListCirclesTests
{
    [Theory]
    [InlineData("a;;a", "a")]
    [InlineData("a;;b/b;;a", "a b")]
    [InlineData("a;;b/b;;c/c;;d/d;;a,b", "a b c d")]
    [InlineData("a;o;b/b;o;a", "a b")]
    [InlineData("in;;a/a;;b/b;;a", "a b in")]
    [InlineData("a;;b/b;;a,user", "")]
    [InlineData("a;;b/b;;a,c/c;;user", "")]
    [InlineData("a;;b/b;;a/c;;a,d/d;;nobody", "a b")]
    [InlineData("a;;b/b;;a,x@far.example", "")]
    [InlineData("a;;b/b;;a,@members", "")]
    [InlineData("a;;b/b;;nobody", "")]
    [InlineData("user;;user", "")]
    [InlineData("user;;b/b;;user", "")]
    [InlineData("a;;b/b;;a/c;;d/d;;c,a/e;;user", "a b c d")]
    public void A_list_that_leads_to_lists_alone_is_a_loop(string lists, string circular)
    {
        RelayPolicy policy = With(lists);
        string[] refused = [.. policy.Lists.All
            .Where(list => policy.CheckRecipient(list.Address, mayRelay: true).Refusal == RelayRefusal.Loop)
            .Select(list => list.Address.LocalPart).Order(StringComparer.Ordinal)];
        Assert.Equal(circular, string.Join(' ', refused));
    }

    [Fact]
    public void A_chain_of_many_lists_is_judged_in_a_moment()
    {
        IEnumerable<string> chain = Enumerable.Range(0, 20_000).Select(i => $"l{i};;l{i + 1}");
        Assert.True(CheckFirst(With(string.Join('/', chain.Append("l20000;;user")))).IsAccepted);
        Assert.Equal(RelayRefusal.Loop, CheckFirst(With(string.Join('/', chain.Append("l20000;;l0")))).Refusal);
    }

    private static RelayVerdict CheckFirst(RelayPolicy policy) => policy.CheckRecipient(Address("l0"), mayRelay: false);

    private static RelayPolicy With(string lists)
    {
        var domains = new LocalDomains(["a.example"], _ => false);
        Assert.True(Account.TryParse("user;x;;PS", "/", out Account user, out _));
        return new RelayPolicy(new Accounts([user], domains, "shs", "/nowhere"), domains, AddressRanges.Empty)
        { Lists = new MailingLists(lists.Split('/').Select(Parse)) };
    }

    private static MailingList Parse(string text)
    {
        string[] parts = text.Split(';');
        IEnumerable<string> members = parts[2].Split(',').Select(Whole);
        string owner = parts[1].Length == 0 ? "" : Whole(parts[1]);
        Assert.True(MailingList.TryParse(
            $"{Whole(parts[0])};{owner};{string.Join(',', members)}", "/nowhere", out MailingList list,
            out string error), error);
        return list;
    }

    private static string Whole(string name) => name.Contains('@') ? name : $"{name}@a.example";

    private static MailAddress Address(string name)
    {
        Assert.True(MailAddress.TryParse(Whole(name), out MailAddress address));
        return address;
    }
}
