using System.Text;
using MailModule.Pop3.Client;

namespace MailModule.Tests.Pop3.Client;

/// <summary>Lines of LIST and UIDL, and the answer to STAT, as servers write them.</summary>
public class ListLineTests
{
    [Theory]
    [InlineData("1 120", 1, 120)]
    [InlineData("  2   200 and more", 2, 200)]
    [InlineData("3\t0", 3, 0)]
    [InlineData("2147483647 9000000000", int.MaxValue, 9_000_000_000)]
    public void A_size_is_read(string line, int number, long octets)
    {
        Assert.True(ListLine.TryParse(Encoding.Latin1.GetBytes(line), isUidl: false, out ListLine parsed));
        Assert.Equal(new ListLine(number, octets, ""), parsed);
    }

    [Theory]
    [InlineData("1 a", 1, "a")]
    [InlineData("7  whqtswO00WBw418f9t5JxYwZ~!\"#", 7, "whqtswO00WBw418f9t5JxYwZ~!\"#")]
    [InlineData("7 one two", 7, "one")]
    public void A_unique_id_is_read(string line, int number, string id)
    {
        Assert.True(ListLine.TryParse(Encoding.Latin1.GetBytes(line), isUidl: true, out ListLine parsed));
        Assert.Equal(new ListLine(number, 0, id), parsed);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("1", false)]
    [InlineData("1 ", true)]
    [InlineData("0 5", false)]
    [InlineData("-1 5", false)]
    [InlineData("+1 5", false)]
    [InlineData("2147483648 5", false)]
    [InlineData("1 5x", false)]
    [InlineData("1 -5", false)]
    [InlineData("1 99999999999999999999", false)]
    [InlineData("one 5", true)]
    [InlineData("1 a\u00e4", true)]
    public void Anything_else_is_no_line(string line, bool isUidl)
        => Assert.False(ListLine.TryParse(Encoding.Latin1.GetBytes(line), isUidl, out _));

    [Fact]
    public void An_id_without_an_end_is_none()
        => Assert.False(ListLine.TryParse(Encoding.Latin1.GetBytes("1 " + new string('a', 1001)), isUidl: true, out _));

    [Theory]
    [InlineData("2 320", true, 2, 320)]
    [InlineData("0 0 (nothing)", true, 0, 0)]
    [InlineData("2", false, 0, 0)]
    [InlineData("x 3", false, 0, 0)]
    [InlineData("3 x", false, 0, 0)]
    public void Totals_are_two_numbers(string text, bool isGood, int count, long octets)
    {
        Assert.Equal(isGood, ListLine.TryParseTotals(text, out int messages, out long size));
        Assert.Equal((count, octets), (messages, size));
    }
}
