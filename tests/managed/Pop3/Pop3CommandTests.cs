using System.Text;
using MailModule.Pop3;

namespace MailModule.Tests.Pop3;

public class Pop3CommandTests
{
    [Theory]
    [InlineData("USER", "USER")]
    [InlineData("PaSs x", "PaSs")]
    [InlineData("top 1 2", "top")]
    [InlineData("", "")]
    [InlineData(" STAT", "")]
    [InlineData("STAT\t", "STAT\t")]
    [InlineData("\0TOP 1 1", "\0TOP")]
    public void A_verb_is_all_before_the_first_blank(string line, string verb)
        => Assert.Equal(verb, Encoding.Latin1.GetString(Pop3Command.Parse(Encoding.Latin1.GetBytes(line)).Verb));

    [Theory]
    [InlineData("PASS a b  c ", "a b  c ", true)]
    [InlineData("PASS  a", " a", true)]
    [InlineData("PASS ", "", false)]
    [InlineData("PASS   ", "  ", false)]
    [InlineData("PASS", "", false)]
    public void An_argument_is_all_behind_the_first_blank(string line, string argument, bool has)
    {
        Pop3Command command = Pop3Command.Parse(Encoding.Latin1.GetBytes(line));
        Assert.Equal(argument, Encoding.Latin1.GetString(command.Argument));
        Assert.Equal(has, command.HasArgument);
    }

    [Theory]
    [InlineData("LIST", 0, 0, 0)]
    [InlineData("LIST ", 0, 0, 0)]
    [InlineData("LIST 7", 1, 7, 0)]
    [InlineData("LIST  7 ", 1, 7, 0)]
    [InlineData("TOP 7 0", 2, 7, 0)]
    [InlineData("TOP 7 10  ", 2, 7, 10)]
    [InlineData("TOP 99999999999999999999 1", 2, int.MaxValue, 1)]
    public void Numbers_are_read(string line, int count, int first, int second)
    {
        Assert.Equal(count, Pop3Command.Parse(Encoding.Latin1.GetBytes(line)).Numbers(out int one, out int two));
        Assert.Equal((first, second), (one, two));
    }

    [Theory]
    [InlineData("LIST x")]
    [InlineData("LIST -1")]
    [InlineData("LIST +1")]
    [InlineData("LIST 1x")]
    [InlineData("LIST 1.5")]
    [InlineData("TOP 1 2 3")]
    [InlineData("TOP 1 x")]
    [InlineData("LIST 1\t2")]
    public void What_is_no_number_is_refused(string line)
        => Assert.Equal(-1, Pop3Command.Parse(Encoding.Latin1.GetBytes(line)).Numbers(out _, out _));
}
