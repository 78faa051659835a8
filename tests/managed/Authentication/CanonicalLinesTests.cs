using System.Text;
using MailModule.Authentication;

namespace MailModule.Tests.Authentication;

public class CanonicalLinesTests
{
    [Theory]
    [InlineData("a", true, true)]
    [InlineData("a b\r\n c\r\n\r\nd", true, true)]
    [InlineData(" a", true, true)]
    [InlineData("a  b", true, false)]
    [InlineData("a \r\nb", true, false)]
    [InlineData("a ", true, false)]
    [InlineData("a\tb", true, false)]
    [InlineData("a\t", true, false)]
    [InlineData("\ta", true, false)]
    [InlineData("a  b \r\n\tc\t", false, true)]
    [InlineData("a\nb", false, false)]
    [InlineData("a\rb", false, false)]
    [InlineData("a\r\r\nb", false, false)]
    public void A_line_is_in_canonical_form_or_not(string lines, bool isRelaxed, bool expected)
        => Assert.Equal(expected, CanonicalLines.Are(Encoding.ASCII.GetBytes(lines), isRelaxed));

    [Fact]
    public void It_is_seen_wherever_it_stands()
    {
        string[] wrong = ["\t", "  ", " \r\n", "\r", "\n"];
        for (int length = 1; length < 100; length++)
            for (int at = 0; at < length; at++)
                foreach (string one in wrong)
                {
                    string text = new string('a', at + 1) + one + new string('a', length - at);
                    byte[] lines = Encoding.ASCII.GetBytes(text);
                    Assert.False(CanonicalLines.Are(lines, isRelaxed: true), $"{one} at {at} of {length}");
                    Assert.Equal(one is "\t" or "  " or " \r\n", CanonicalLines.Are(lines, isRelaxed: false));
                }
    }

    [Fact]
    public void Lines_in_canonical_form_become_what_they_are()
    {
        var random = new Random(6376);
        int canonical = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string text = "a" + Some(random, random.Next(60)) + "b";
            bool isRelaxed = i % 2 == 0;
            if (!CanonicalLines.Are(Encoding.ASCII.GetBytes(text), isRelaxed))
                continue;
            canonical++;
            Assert.Equal(text, OneOctetAtATime(text, isRelaxed));
        }
        Assert.True(canonical > 500, $"{canonical}");
    }

    private static string Some(Random random, int pieces)
        => string.Concat(Enumerable.Range(0, pieces).Select(_ => random.Next(60) switch
        {
            0 => "\r",
            1 => "\n",
            2 => "\t",
            < 10 => " ",
            < 20 => "\r\n",
            _ => "x",
        }));

    private static string OneOctetAtATime(string text, bool isRelaxed)
    {
        var body = new BodyCanonicalization(isRelaxed ? Canonicalization.Relaxed : Canonicalization.Simple);
        var output = new Output();
        foreach (byte octet in Encoding.ASCII.GetBytes(text))
            body.Append([octet], output);
        body.End(output);
        return output.Text[..^2];
    }

    private sealed class Output : ICanonicalOutput
    {
        public string Text { get; private set; } = "";

        public void Write(ReadOnlySpan<byte> octets) => Text += Encoding.ASCII.GetString(octets);
    }
}
