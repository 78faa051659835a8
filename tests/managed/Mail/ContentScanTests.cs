using System.Text;
using MailModule.Mail;

namespace MailModule.Tests.Mail;

public class ContentScanTests
{
    [Theory]
    [InlineData(0, "", false)]
    [InlineData(998, "\n", false)]
    [InlineData(998, "\r\n", false)]
    [InlineData(998, "\r", false)]
    [InlineData(998, "", false)]
    [InlineData(999, "\n", true)]
    [InlineData(999, "", true)]
    [InlineData(5000, "\r\n", true)]
    public void A_line_has_at_most_998_octets_wherever_it_is_cut(int length, string end, bool isLong)
    {
        byte[] octets = Encoding.ASCII.GetBytes($"a{end}bc{end}{new string('x', length)}{end}d{end}");
        bool isExpected = isLong || end.Length == 0 && length > 990;
        foreach (int piece in (int[])[1, 2, 3, 7, 500, 997, 998, 999, 1000, 1001, 10_000])
        {
            var scan = new ContentScan();
            foreach (byte[] cut in octets.Chunk(piece))
                scan.Add(cut);
            Assert.Equal(isExpected ? ContentTraits.LongLines : ContentTraits.None, scan.Traits);
        }
    }

    [Fact]
    public void Each_line_counts_for_itself_in_a_long_text()
    {
        var random = new Random(7);
        for (int i = 0; i < 500; i++)
        {
            string[] lines = [.. Enumerable.Range(0, 20).Select(_ => new string('x', random.Next(0, 1010)))];
            bool isLong = lines.Any(line => line.Length > 998);
            byte[] octets = Encoding.ASCII.GetBytes(string.Join("\n", lines));
            Assert.Equal(isLong ? ContentTraits.LongLines : ContentTraits.None, ContentScan.TraitsOf(octets));
        }
    }

    [Theory]
    [InlineData("plain\u007f", ContentTraitsOfText.None)]
    [InlineData("\u0080", ContentTraitsOfText.EightBit)]
    [InlineData("x\u00ff", ContentTraitsOfText.EightBit)]
    public void An_octet_above_127_is_eight_bit(string text, ContentTraitsOfText traits)
        => Assert.Equal((ContentTraits)traits, ContentScan.TraitsOf(Encoding.Latin1.GetBytes(text)));

    public enum ContentTraitsOfText : byte
    {
        None = ContentTraits.None,
        EightBit = ContentTraits.EightBit,
    }
}
