using System.Text;
using MailModule.Mail;

namespace MailModule.Tests.Mail;

public class HeaderScannerTests
{
    [Theory]
    [InlineData("Date: x\r\nMessage-ID: <y>\r\n\r\nbody", true, true, true)]
    [InlineData("date:\nMESSAGE-id:\n\n", true, true, true)]
    [InlineData("Subject: x\n\nDate: in the body\n", false, false, true)]
    [InlineData("Subject: x\n Date: folded\n\tMessage-ID: folded\n\n", false, false, true)]
    [InlineData("X-Date: x\nDates: x\nDat: x\nMessage-IDs: x\nXMessage-ID: x\n\n", false, false, true)]
    [InlineData("Date : old form\nMessage-ID\t: old form\n\n", true, true, true)]
    [InlineData("Subject: x\rDate: y\r\rbody", true, false, true)]
    [InlineData("Subject: x\nno field\nDate: x\n", false, false, true)]
    [InlineData("Subject: x", false, false, true)]
    [InlineData("Date", false, false, false)]
    [InlineData("\nDate: x\n", false, false, true)]
    [InlineData("\r\nDate: x\n", false, false, true)]
    [InlineData("hello there\nDate: x\n", false, false, false)]
    [InlineData(" Date: x\n", false, false, false)]
    [InlineData(": x\n", false, false, false)]
    [InlineData("D\u00e4te: x\nDate: x\n", false, false, false)]
    [InlineData("", false, false, false)]
    public void Fields_are_found_in_the_header_section_alone(
        string text, bool hasDate, bool hasMessageId, bool isHeader)
    {
        byte[] octets = Encoding.Latin1.GetBytes(text);
        Assert.Equal((hasDate, hasMessageId, isHeader), Found(octets, octets.Length));
        for (int piece = 1; piece < octets.Length; piece++)
            Assert.Equal((hasDate, hasMessageId, isHeader), Found(octets, piece));
    }

    [Fact]
    public void What_comes_after_the_header_section_is_not_looked_at()
    {
        var scan = new HeaderScanner();
        scan.Add("Subject: x\r\n\r"u8);
        Assert.True(scan.IsAtEnd);
        scan.Add("\nDate: x\r\n"u8);
        Assert.False(scan.HasDate);
    }

    [Fact]
    public void No_prefix_of_a_text_and_no_nonsense_is_too_much_for_it()
    {
        const string Letters = "Date: Message-ID\r\n\r\n\t:\u00ff\0x";
        var random = new Random(3);
        for (int round = 0; round < 2000; round++)
        {
            byte[] octets = new byte[random.Next(64)];
            for (int i = 0; i < octets.Length; i++)
                octets[i] = (byte)Letters[random.Next(Letters.Length)];
            (bool, bool, bool) whole = Found(octets, Math.Max(1, octets.Length));
            Assert.Equal(whole, Found(octets, 1));
        }
    }

    private static (bool, bool, bool) Found(byte[] octets, int piece)
    {
        var scan = new HeaderScanner();
        for (int at = 0; at < octets.Length; at += piece)
            scan.Add(octets.AsSpan(at, Math.Min(piece, octets.Length - at)));
        return (scan.HasDate, scan.HasMessageId, scan.IsHeader);
    }
}
