using MailModule.Engine.Sending;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Sending;

/// <summary>What a host says for a path stays one path on one line.</summary>
public class PathTextTests
{
    [Theory]
    [InlineData("ann@example.org", "ann@example.org")]
    [InlineData("<ann@example.org>", "ann@example.org")]
    [InlineData("<>", "")]
    [InlineData("", "")]
    [InlineData("postmaster", "postmaster")]
    [InlineData("@relay.example,@b.example:ann@example.org", "@relay.example,@b.example:ann@example.org")]
    [InlineData("\"a > b\"@example.org", "\"a > b\"@example.org")]
    [InlineData("\"a \\\" <b\"@example.org", "\"a \\\" <b\"@example.org")]
    [InlineData("ann@bücher.example", "ann@xn--bcher-kva.example")]
    [InlineData("jürgen@bücher.example", "jürgen@xn--bcher-kva.example")]
    public void A_path_is_said_without_its_brackets(string given, string said)
    {
        Assert.Equal(Fault.None, PathText.TryRead(given, "from", out string text));
        Assert.Equal(said, text);
    }

    [Theory]
    [InlineData("a\r\nRSET")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\tb")]
    [InlineData("a> SIZE=1")]
    [InlineData("<a> SIZE=1")]
    [InlineData("a b")]
    [InlineData("<<a>")]
    [InlineData("\"a")]
    [InlineData("\"a\\\"")]
    [InlineData("ann@bü cher.example")]
    public void What_would_be_more_than_a_path_is_none(string given)
    {
        FaultReason.Clear();
        Assert.Equal(Fault.Argument, PathText.TryRead(given, "from", out _));
        Assert.StartsWith("from ", FaultReason.Take(Fault.Argument), StringComparison.Ordinal);
    }
}
