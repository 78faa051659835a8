using System.Buffers;
using System.Text;
using MailModule.Mail;

namespace MailModule.Tests.Mail;

public class HeaderFilterTests
{
    private const string Mbox = "From ann@a.example Sat Nov 28 19:02:03 2026\r\n";

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
    [InlineData(Mbox + "Date: x\r\n\r\n", true, false, true)]
    [InlineData("From: x\r\n\r\nDate: x\r\n", false, false, true)]
    public void Fields_are_found_in_the_header_section_alone(
        string text, bool hasDate, bool hasMessageId, bool isHeader)
    {
        var filter = new HeaderFilter();
        string output = Filter(text, text.Length, filter);
        bool isPutOff = output == "\r\n" + text;
        Assert.Equal((hasDate, hasMessageId, isHeader), (filter.HasDate, filter.HasMessageId, !isPutOff));
    }

    [Theory]
    // A header is passed on as it is.
    [InlineData("Subject: x\r\n folded\r\n\r\nbody\r\n")]
    [InlineData("Subject : x\r\nX\t:\r\n \r\n\r\nbody\r\n")]
    [InlineData("Subject: x\r\n")]
    [InlineData("\r\nbody\r\n")]
    [InlineData("From: a\r\nFrom : b\r\n>From: c\r\n\r\nFrom d\r\n")]
    public void What_begins_and_ends_as_it_must_is_not_changed(string text) => Check(text, text, isChanged: false);

    [Theory]
    [InlineData("hello, this is text\r\nmore\r\n", "\r\nhello, this is text\r\nmore\r\n")]
    [InlineData("hello\r\n\r\nmore\r\n", "\r\nhello\r\n\r\nmore\r\n")]
    [InlineData(" hello\r\n more\r\n", "\r\n hello\r\n more\r\n")]
    [InlineData("\thello\r\n\r\nSubject: x\r\n", "\r\n\thello\r\n\r\nSubject: x\r\n")]
    [InlineData("\u00fcber: x\r\n", "\r\n\u00fcber: x\r\n")]
    [InlineData(": x\r\n", "\r\n: x\r\n")]
    [InlineData("From here on it is text\r\nand more\r\n", "\r\nFrom here on it is text\r\nand more\r\n")]
    [InlineData("From here at 10:30\r\n\r\nmore\r\n", "\r\nFrom here at 10:30\r\n\r\nmore\r\n")]
    [InlineData("From", "\r\nFrom")]
    public void Text_without_a_header_gets_an_empty_line_and_loses_nothing(string text, string passed)
        => Check(text, passed);

    [Theory]
    [InlineData("Subject: x\r\nhello, this is text\r\n", "Subject: x\r\n\r\nhello, this is text\r\n")]
    [InlineData("Subject: x\r\n folded\r\nhello\r\nDate: x\r\n", "Subject: x\r\n folded\r\n\r\nhello\r\nDate: x\r\n")]
    [InlineData("Subject: x\r\nFrom here on it is text\r\n", "Subject: x\r\n\r\nFrom here on it is text\r\n")]
    public void A_header_ends_before_the_first_line_that_is_no_field(string text, string passed) => Check(text, passed);

    [Theory]
    [InlineData(Mbox + "Subject: x\r\n\r\nbody\r\n", "Subject: x\r\n\r\nbody\r\n")]
    [InlineData("From x\r\nSubject: x\r\n\r\nbody\r\n", "Subject: x\r\n\r\nbody\r\n")]
    [InlineData(">From x\r\n>From y\r\nSubject: x\r\n", "Subject: x\r\n")]
    [InlineData("Received: a\r\n b\r\n" + Mbox + "Subject: x\r\n\r\n", "Received: a\r\n b\r\nSubject: x\r\n\r\n")]
    [InlineData(Mbox + "\r\nbody\r\n", "\r\nbody\r\n")]
    [InlineData(Mbox + Mbox + "\r\nbody\r\n", "\r\nbody\r\n")]
    [InlineData("X: y\rFrom x 10:30 2026\n\nbody", "X: y\r\r\nbody")]
    public void A_line_of_a_mailbox_file_is_left_out_and_no_field_is_lost(string text, string passed)
        => Check(text, passed);

    [Theory]
    [InlineData(" \r\nSubject: x\r\n\r\nbody\r\n", "Subject: x\r\n\r\nbody\r\n")]
    [InlineData(" folded, but of what?\r\n\tmore\r\nSubject: x\r\n\r\n", "Subject: x\r\n\r\n")]
    [InlineData(" hello\r\nmore: text\r\nx", "more: text\r\n\r\nx")]
    [InlineData(" x\r\n" + Mbox + " y\r\nSubject: x\r\n\r\n", "Subject: x\r\n\r\n")]
    public void A_line_that_continues_no_field_is_left_out_and_no_field_is_lost(string text, string passed)
        => Check(text, passed);

    [Theory]
    [InlineData("\u00ef\u00bb\u00bfSubject: x\r\n\r\nbody\r\n", "Subject: x\r\n\r\nbody\r\n")]
    [InlineData("\u00ef\u00bb\u00bf" + Mbox + "Subject: x\r\n\r\n", "Subject: x\r\n\r\n")]
    [InlineData("\u00ef\u00bb\u00bfhello\r\n", "\r\n\u00ef\u00bb\u00bfhello\r\n")]
    [InlineData("\u00ef\u00bb\u00bf\r\nhello\r\n", "\r\n\u00ef\u00bb\u00bf\r\nhello\r\n")]
    [InlineData("\u00ef\u00bbhello: x\r\n", "\r\n\u00ef\u00bbhello: x\r\n")]
    [InlineData("\u00ef\u00bb", "\r\n\u00ef\u00bb")]
    public void A_byte_order_mark_in_front_hides_no_field(string text, string passed) => Check(text, passed);

    [Theory]
    [InlineData("Subject: x\r\n\r\nbody\r\n", "Subject: x\r\nDate: D\r\nMessage-ID: M\r\n\r\nbody\r\n")]
    [InlineData("Subject: x\r\n", "Subject: x\r\nDate: D\r\nMessage-ID: M\r\n")]
    [InlineData("date: x\r\n\r\nbody\r\n", "date: x\r\nMessage-ID: M\r\n\r\nbody\r\n")]
    [InlineData("Message-id: x\r\n y\r\n\r\nbody\r\n", "Message-id: x\r\n y\r\nDate: D\r\n\r\nbody\r\n")]
    [InlineData("Message-id: x\r\nDate : y\r\n\r\nbody\r\n", "Message-id: x\r\nDate : y\r\n\r\nbody\r\n")]
    [InlineData("hello\r\n", "Date: D\r\nMessage-ID: M\r\n\r\nhello\r\n")]
    [InlineData("\r\nhello\r\n", "Date: D\r\nMessage-ID: M\r\n\r\nhello\r\n")]
    [InlineData("Subject: x\r\nhello\r\n", "Subject: x\r\nDate: D\r\nMessage-ID: M\r\n\r\nhello\r\n")]
    [InlineData(Mbox + "Date: x\r\n\r\n", "Date: x\r\nMessage-ID: M\r\n\r\n")]
    [InlineData("Subject: x", "Subject: x\r\nDate: D\r\nMessage-ID: M\r\n")]
    [InlineData(" hello", "Date: D\r\nMessage-ID: M\r\n\r\n hello")]
    [InlineData("", "Date: D\r\nMessage-ID: M\r\n\r\n")]
    public void Missing_fields_stand_at_the_end_of_the_header(string text, string passed)
    {
        foreach (int piece in (int[])[1, 2, 3, 5, 1000])
            Assert.Equal(passed, Filter(text, piece, new HeaderFilter(), new Missing()));
    }

    [Fact]
    public void What_comes_after_the_header_section_is_not_looked_at_and_not_copied()
    {
        var filter = new HeaderFilter();
        filter.Begin(null);
        filter.Pass("Subject: x\r\n\r"u8);
        Assert.True(filter.IsOver);
        byte[] body = "\nDate: x\r\n"u8.ToArray();
        Assert.True(filter.Pass(body) == body);
        Assert.False(filter.HasDate);
    }

    [Fact]
    public void A_piece_in_which_nothing_changes_is_not_copied()
    {
        var filter = new HeaderFilter();
        filter.Begin(new Missing());
        byte[] message = Encoding.ASCII.GetBytes("Date: x\r\n folded\r\nMessage-ID: y\r\n\r\nbody\r\n");
        Assert.True(filter.Pass(message) == message);
    }

    [Theory]
    [InlineData(' ')]
    [InlineData('x')]
    public void What_is_too_long_to_be_held_is_text(char octet)
    {
        string line = octet + new string('x', 2100);
        Check(line + "\r\nSubject: x\r\n\r\n", "\r\n" + line + "\r\nSubject: x\r\n\r\n");
        Check(line + ": x\r\n\r\n", "\r\n" + line + ": x\r\n\r\n");
        Check("Subject: x\r\n" + line, octet == ' ' ? "Subject: x\r\n" + line : "Subject: x\r\n\r\n" + line,
            isChanged: octet != ' ');
    }

    [Theory]
    [InlineData(2040)]
    [InlineData(2048)]
    [InlineData(2060)]
    public void However_much_is_held_every_cut_gives_the_same(int about)
    {
        for (int length = about - 12; length < about + 12; length++)
        {
            string text = $" {new string('x', length)}\r\nSubject: y\r\n\r\n";
            string whole = Filter(text, text.Length, new HeaderFilter());
            foreach (int piece in (int[])[1, 7, length, length + 1, length + 2, length + 3, length + 4])
                Assert.Equal(whole, Filter(text, piece, new HeaderFilter()));
        }
    }

    [Fact]
    public void No_prefix_of_a_text_and_no_nonsense_is_too_much_for_it()
    {
        string[] words = ["Date", ":", " ", "From ", ">From ", "Message-ID", "\r\n", "\r\n\r\n", "\n", "\r", "\t",
            "\u00ff", "\0", "10:30 2026", "x", "\u00ef\u00bb\u00bf"];
        var random = new Random(3);
        for (int round = 0; round < 2000; round++)
        {
            string text = "";
            for (int length = random.Next(16); length > 0; length--)
                text += words[random.Next(words.Length)];
            var filter = new HeaderFilter();
            string whole = Filter(text, Math.Max(1, text.Length), filter, new Missing());
            Assert.Equal(whole, Filter(text, 1, new HeaderFilter(), new Missing()));
            CheckEnds(Filter(text, 3, filter));
        }
    }

    // What comes out begins with a field or an empty line, and has nothing else in front of its text.
    private static void CheckEnds(string output)
    {
        var filter = new HeaderFilter();
        Assert.Equal(output, Filter(output, output.Length + 1, filter));
        Assert.False(filter.IsChanged);
        Assert.False(output.StartsWith(' ') || output.StartsWith('\t'));
    }

    private static void Check(string text, string passed, bool isChanged = true)
    {
        foreach (int piece in (int[])[text.Length, 1, 2, 3, 7, 11])
        {
            var filter = new HeaderFilter();
            Assert.Equal(passed, Filter(text, piece, filter));
            Assert.Equal(isChanged, filter.IsChanged);
        }
    }

    private static string Filter(string text, int piece, HeaderFilter filter, IHeaderEnd? end = null)
    {
        byte[] octets = Encoding.Latin1.GetBytes(text);
        var output = new ArrayBufferWriter<byte>();
        filter.Begin(end);
        for (int at = 0; at < octets.Length; at += piece)
            output.Write(filter.Pass(octets.AsSpan(at, Math.Min(piece, octets.Length - at))));
        output.Write(filter.End());
        Assert.True(filter.IsOver);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }

    private sealed class Missing : IHeaderEnd
    {
        public void WriteMissing(HeaderFilter header, IBufferWriter<byte> output)
        {
            if (!header.HasDate)
                output.Write("Date: D\r\n"u8);
            if (!header.HasMessageId)
                output.Write("Message-ID: M\r\n"u8);
        }
    }
}
