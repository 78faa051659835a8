using MailModule.Delivery.Outgoing;
using MailModule.Mail;

namespace MailModule.Tests.Delivery.Outgoing;

public class RecipientListTests
{
    [Theory]
    [InlineData("a@b.example", "a@b.example")]
    [InlineData(" a@b.example,c@d.example;e@f.example\t\r\ng@h.example ",
        "a@b.example|c@d.example|e@f.example|g@h.example")]
    [InlineData("<a@b.example>, <c@d.example>", "a@b.example|c@d.example")]
    [InlineData("\"a, b\"@c.example;d@e.example", "\"a, b\"@c.example|d@e.example")]
    [InlineData("\"a\\\"; b\"@c.example", "\"a\\\"; b\"@c.example")]
    [InlineData("a@b.example a@B.EXAMPLE", "a@b.example")]
    [InlineData("a..b@c_d.example,.a@b.example;<a.@b.example> \"a.\"@b.example",
        "a..b@c_d.example|.a@b.example|a.@b.example")]
    public void Separators_are_commas_semicolons_and_white_space(string text, string expected)
    {
        Assert.True(RecipientList.TryParse(text, out IReadOnlyList<MailAddress> found, out _));
        Assert.Equal(expected.Split('|'), found.Select(address => address.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ,; ")]
    [InlineData("<>")]
    [InlineData("a@b.example, nonsense")]
    [InlineData("a@b.example\0")]
    [InlineData("\"unclosed@b.example")]
    public void A_list_with_nobody_or_a_malformed_address_is_refused(string text)
        => Assert.False(RecipientList.TryParse(text, out _, out _));

    [Fact]
    public void A_line_break_never_enters_an_address()
    {
        bool taken = RecipientList.TryParse(
            "a@b.example\r\nRCPT TO:<x@y.example>", out IReadOnlyList<MailAddress> found, out _);
        Assert.True(!taken || found.All(address => !address.Text.Contains('\n', StringComparison.Ordinal)));
    }
}
