using System.Text;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Smtp.Client;

/// <summary>A bare CR or LF is found wherever the content is cut.</summary>
public class BareLineEndsTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("text", null)]
    [InlineData("one\r\ntwo\r\n", null)]
    [InlineData("\r\n\r\n.\r\n", null)]
    [InlineData("\n", 0)]
    [InlineData("one\ntwo", 3)]
    [InlineData("one\rtwo", 3)]
    [InlineData("one\r\n\n", 5)]
    [InlineData("one\r\r\n", 3)]
    [InlineData("one\r", 3)]
    [InlineData("\r\n.\n", 3)]
    public void It_is_found_in_one_piece_and_octet_by_octet(string text, int? bare)
    {
        byte[] octets = Encoding.ASCII.GetBytes(text);
        Assert.Equal(bare, new BareLineEnds().Find(octets, isLast: true));
        var inPieces = new BareLineEnds();
        bool isFound = false;
        for (int i = 0; i < octets.Length && !isFound; i++)
            isFound = inPieces.Find(octets.AsSpan(i, 1), isLast: false) is not null;
        isFound |= inPieces.Find([], isLast: true) is not null;
        Assert.Equal(bare is not null, isFound);
    }

    [Fact]
    public void A_piece_that_is_refused_leaves_no_trace()
    {
        var ends = new BareLineEnds();
        Assert.Null(ends.Find("one\r"u8, isLast: false));
        Assert.Equal(-1, ends.Find("two"u8, isLast: false));
        Assert.Equal(-1, ends.Find([], isLast: true));
        Assert.Null(ends.Find("\ntwo\r\n"u8, isLast: true));
    }

    [Fact]
    public void Of_a_piece_that_is_converted_the_end_alone_matters()
    {
        var ends = new BareLineEnds();
        ends.Pass("one\ntwo\r"u8);
        Assert.Null(ends.Find("\nthree"u8, isLast: true));
        ends.Pass("\r"u8);
        ends.Pass([]);
        Assert.Equal(-1, ends.Find("x"u8, isLast: false));
    }
}
