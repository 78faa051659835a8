using MailModule.Authentication;

namespace MailModule.Tests.Authentication;

public class FieldNamesTests
{
    [Theory]
    [InlineData("From", "from")]
    [InlineData("From:TO:X-Own-Field", "from|to|x-own-field")]
    [InlineData(" From :\r\n\tMessage-ID\t: Date ", "from|message-id|date")]
    [InlineData("", "")]
    [InlineData(":", "|")]
    [InlineData("from::to:", "from||to|")]
    [InlineData("From\u00a0:to", "from\u00a0|to")]
    public void Names_are_read_in_order_and_in_small_letters(string list, string expected)
        => Assert.Equal(expected, string.Join('|', FieldNames.Of(list).All));
}
