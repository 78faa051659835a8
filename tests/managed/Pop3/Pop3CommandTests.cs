using System.Text;
using MailModule.Pop3;

namespace MailModule.Tests.Pop3;

public class Pop3CommandTests
{
    [Theory]
    [InlineData("USER", Pop3Verb.User)]
    [InlineData("user", Pop3Verb.User)]
    [InlineData("PaSs x", Pop3Verb.Pass)]
    [InlineData("QUIT", Pop3Verb.Quit)]
    [InlineData("STAT", Pop3Verb.Stat)]
    [InlineData("LIST", Pop3Verb.List)]
    [InlineData("uidl 1", Pop3Verb.Uidl)]
    [InlineData("RETR 1", Pop3Verb.Retr)]
    [InlineData("top 1 2", Pop3Verb.Top)]
    [InlineData("DELE 1", Pop3Verb.Dele)]
    [InlineData("NOOP", Pop3Verb.Noop)]
    [InlineData("RSET", Pop3Verb.Rset)]
    [InlineData("CAPA", Pop3Verb.Capa)]
    [InlineData("STLS", Pop3Verb.Stls)]
    [InlineData("", Pop3Verb.Unknown)]
    [InlineData(" STAT", Pop3Verb.Unknown)]
    [InlineData("STATS", Pop3Verb.Unknown)]
    [InlineData("STA", Pop3Verb.Unknown)]
    [InlineData("TOPS", Pop3Verb.Unknown)]
    [InlineData("STAT\t", Pop3Verb.Unknown)]
    [InlineData("\0TOP 1 1", Pop3Verb.Unknown)]
    internal void A_verb_is_known_without_regard_to_case(string line, Pop3Verb verb)
        => Assert.Equal(verb, Pop3Command.Parse(Encoding.Latin1.GetBytes(line)).Verb);

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
