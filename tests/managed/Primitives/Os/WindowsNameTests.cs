using System.Text;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Tests.Primitives.Os;

public class WindowsNameTests
{
    [Theory]
    [InlineData("ann")]
    [InlineData("a b")]
    [InlineData(".lists.con")]
    [InlineData("1700000000.0abc.host,S=10,W=12;2,RS")]
    [InlineData("console")]
    [InlineData("com")]
    [InlineData("com10")]
    [InlineData("lpt1x")]
    [InlineData("xcon")]
    [InlineData("käse")]
    [InlineData("%63on")]
    public void A_name_that_Windows_takes_is_one(string name)
    {
        Assert.Null(WindowsName.Problem(name));
        Assert.True(WindowsName.IsUsable(Encoding.UTF8.GetBytes(name)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("CON")]
    [InlineData("con")]
    [InlineData("Nul.txt")]
    [InlineData("aux .eml")]
    [InlineData("prn.a.b")]
    [InlineData("com0")]
    [InlineData("COM9.log")]
    [InlineData("lpt3")]
    [InlineData("com\u00B9")]
    [InlineData("LPT\u00B3.x")]
    [InlineData("conin$")]
    [InlineData("CONOUT$")]
    [InlineData("ann.")]
    [InlineData("ann ")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a<b")]
    [InlineData("a>b")]
    [InlineData("1.a.h:2,S")]
    [InlineData("a\"b")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a|b")]
    [InlineData("a?b")]
    [InlineData("a*b")]
    [InlineData("a\tb")]
    [InlineData("a\u001Fb")]
    public void A_name_that_Windows_takes_otherwise_or_not_at_all_is_none(string name)
    {
        Assert.NotNull(WindowsName.Problem(name));
        Assert.False(WindowsName.IsUsable(Encoding.UTF8.GetBytes(name)));
    }

    [Fact]
    public void A_name_has_255_characters_at_most()
    {
        Assert.Null(WindowsName.Problem(new string('a', 255)));
        Assert.NotNull(WindowsName.Problem(new string('a', 256)));
        Assert.False(WindowsName.IsUsable(Encoding.UTF8.GetBytes(new string('a', 256))));
    }
}
