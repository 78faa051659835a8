using MailModule.Engine.Sending;

namespace MailModule.Tests.Engine.Sending;

public class DraftAddressesTests
{
    [Fact]
    public void Recipients_are_those_of_all_lists_in_their_order()
    {
        var draft = new MailDraft("Ann <ann@a.example>")
        {
            To = "b@b.example, c@c.example",
            Cc = "d@bücher.example",
            Bcc = "b@b.example",
            IsMadeHere = true,
        };
        DraftAddresses? addresses = DraftAddresses.Read(draft, out string? problem);
        Assert.Null(problem);
        Assert.Equal("Ann", addresses!.From.Name);
        Assert.Equal(
            ["b@b.example", "c@c.example", "d@xn--bcher-kva.example", "b@b.example"],
            addresses.Recipients.Select(one => one.Address.Text));
    }

    [Theory]
    [InlineData("", true, "a@a.example", "from is empty")]
    [InlineData("<>", true, "a@a.example", "from is empty")]
    [InlineData("a@a.example, b@b.example", false, "a@a.example", "from is one address")]
    [InlineData("  ", false, "a@a.example", "from is one address")]
    [InlineData("Ann", false, "a@a.example", "from: not an address: Ann")]
    [InlineData("a@a.example", false, "b@b.example; c", "to: ")]
    [InlineData("a@a.example", false, "", "no recipient")]
    [InlineData("a@a.example", false, " , ", "no recipient")]
    public void What_does_not_do_is_told(string from, bool isMadeHere, string to, string problem)
    {
        Assert.Null(DraftAddresses.Read(new MailDraft(from) { To = to, IsMadeHere = isMadeHere }, out string? told));
        Assert.Contains(problem, told);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<>")]
    public void A_ready_message_may_have_no_sender(string from)
        => Assert.True(DraftAddresses.Read(new MailDraft(from) { Bcc = "a@a.example" }, out _)!.From.Address.IsNull);
}
