using System.Text;
using MailModule.Engine.Importing;

namespace MailModule.Tests.Engine.Importing;

/// <summary>Names, first lines and text of the old module's files.</summary>
public class LegacyFileTests
{
    [Theory]
    [InlineData("0000002A.msg", 0x2AU)]
    [InlineData("FFFFFFFF.msg", 0xFFFFFFFFU)]
    [InlineData("abcdef01.MSG", 0xABCDEF01U)]
    public void A_name_is_eight_digits_and_msg(string name, uint number)
    {
        Assert.True(LegacyFileName.TryRead(Encoding.ASCII.GetBytes(name), out uint read));
        Assert.Equal(number, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2A.msg")]
    [InlineData("0000002A")]
    [InlineData("0000002A.ms")]
    [InlineData("0000002A.msgs")]
    [InlineData("+000002A.msg")]
    [InlineData(" 000002A.msg")]
    [InlineData("0000002G.msg")]
    [InlineData("00000002A.msg")]
    [InlineData("mailmodule.imported")]
    public void What_is_no_such_name_is_passed_over(string name)
        => Assert.False(LegacyFileName.TryRead(Encoding.ASCII.GetBytes(name), out _));

    [Theory]
    [InlineData(2001, 1, 1, 0, 0, 0)]
    [InlineData(2009, 6, 30, 23, 59, 59)]
    [InlineData(2015, 3, 31, 9, 26, 53)]
    [InlineData(2020, 2, 29, 12, 0, 0)]
    [InlineData(2026, 12, 31, 23, 59, 59)]
    public void A_number_is_the_time_next_to_the_files_own(int year, int month, int day, int hour, int min, int sec)
    {
        var time = new DateTimeOffset(year, month, day, hour, min, sec, TimeSpan.Zero);
        Assert.Equal(time, LegacyFileName.TimeOf(NumberOf(time), time.AddDays(200)));
        Assert.Equal(time, LegacyFileName.TimeOf(NumberOf(time), time.AddDays(-200)));
        DateTimeOffset copied = time.AddDays(400);
        Assert.Equal(copied, LegacyFileName.TimeOf(NumberOf(time), copied));
    }

    [Theory]
    [InlineData(0U)]
    [InlineData(uint.MaxValue)]
    public void A_number_that_is_no_time_leaves_the_files_own(uint number)
    {
        var time = new DateTimeOffset(2005, 5, 5, 5, 5, 5, TimeSpan.Zero);
        Assert.Equal(time, LegacyFileName.TimeOf(number, time));
        foreach (int year in new[] { 1970, 2000, 9999 })
            Assert.Equal(year, LegacyFileName.TimeOf(number, new(year, 1, 1, 0, 0, 0, TimeSpan.Zero)).Year);
    }

    [Theory]
    [InlineData("bob@far.example (m.far.example [192.0.2.7])", "bob@far.example", "m.far.example", "192.0.2.7", true)]
    [InlineData("bob@far.example ([192.0.2.7])", "bob@far.example", "", "192.0.2.7", true)]
    [InlineData(" (mail [192.0.2.7])", "", "mail", "192.0.2.7", true)]
    [InlineData("(mail [192.0.2.7])", "", "mail", "192.0.2.7", true)]
    [InlineData("bob@far.example (mail [2001:db8::1])", "bob@far.example", "mail", "2001:db8::1", true)]
    [InlineData("ann (via Web [192.0.2.9])", "ann", "", null, false)]
    [InlineData("ann (via SndMsg [127.0.0.1])", "ann", "", null, false)]
    [InlineData(" (mx.a.example)", "", "", null, false)]
    [InlineData("bob@far.example (mail [redirect from ann@a.example])", "bob@far.example", "", null, true)]
    [InlineData("bob@far.example (a) b [192.0.2.7])", "bob@far.example", "a) b", "192.0.2.7", true)]
    public void A_first_line_says_who_sent_from_where(
        string front, string sender, string helo, string? client, bool isSmtp)
    {
        string date = " Sat, 4 Mar 2017 09:26:53 GMT";
        Assert.True(TryRead($"Received: from {front}{date}", isQueue: false, out LegacyFirstLine? first));
        Assert.True(TryRead($"From {front}{date} For a@x.example b@x.example ", isQueue: true, out var queued));
        Assert.Equal(["a@x.example", "b@x.example"], queued!.Recipients);
        Assert.Empty(first!.Recipients);
        foreach (LegacyFirstLine one in new[] { first, queued })
        {
            Assert.Equal(sender, one.Sender);
            Assert.Equal(helo, one.Helo);
            Assert.Equal(client, one.Client?.ToString());
            Assert.Equal(isSmtp, one.Writer == LegacyWriter.Smtp);
            Assert.Equal(new DateTimeOffset(2017, 3, 4, 9, 26, 53, TimeSpan.Zero), one.Received);
        }
    }

    [Fact]
    public void A_redirected_message_tells_by_whom()
    {
        Assert.True(TryRead(
            "From b@x.example (h [redirect from ann@a.example]) Sat, 4 Mar 2017 09:26:53 GMT For c@x.example ",
            isQueue: true, out LegacyFirstLine? first));
        Assert.Equal("ann@a.example", first!.RedirectedFrom);
    }

    [Fact]
    public void A_recipient_in_quotes_may_have_blanks()
    {
        Assert.True(TryRead(
            "From  (h) Sat, 4 Mar 2017 09:26:53 GMT For \"a \\\" b\"@x.example c@x.example \"open ",
            isQueue: true, out LegacyFirstLine? first));
        Assert.Equal(["\"a \\\" b\"@x.example", "c@x.example", "\"open "], first!.Recipients);
    }

    [Fact]
    public void Each_part_of_a_first_line_is_no_first_line()
    {
        const string Queued = "From b@x.example (h [192.0.2.7]) Sat, 4 Mar 2017 09:26:53 GMT For ";
        for (int length = 0; length < Queued.Length; length++)
            Assert.False(TryRead(Queued[..length], isQueue: true, out _), Queued[..length]);
        const string Stored = "Received: from b@x.example (h [192.0.2.7]) Sat, 4 Mar 2017 09:26:53 GMT";
        for (int length = 0; length < Stored.Length; length++)
            Assert.False(TryRead(Stored[..length], isQueue: false, out _), Stored[..length]);
    }

    [Theory]
    [InlineData("Received: from a.example (b [192.0.2.7]) by c.example; Sat, 4 Mar 2017 09:26:53 GMT")]
    [InlineData("Received: from a (b) Sat, 4 Mar 2017 09:26:53 GMT For c@x.example ")]
    [InlineData("Received: from a (b) Sat, 32 Mar 2017 09:26:53 GMT")]
    [InlineData("Received: from a (b) 4 Mar 2017 09:26:53 GMT")]
    [InlineData("Received: from a (b) Sat, 4 Mar 2017 09:26:53 +0000")]
    [InlineData("From: a (b) Sat, 4 Mar 2017 09:26:53 GMT")]
    [InlineData("Subject: text")]
    [InlineData("")]
    public void Other_lines_are_none(string line) => Assert.False(TryRead(line, isQueue: false, out _));

    [Theory]
    [InlineData("", "", false)]
    [InlineData("a\r\nb\r\n", "a\nb\n", false)]
    [InlineData("a\nb", "a\nb\n", false)]
    [InlineData("..a\r\n...\r\n..\r\n", ".a\n..\n.\n", false)]
    [InlineData("a\r\n.\r\n", "a\n", false)]
    [InlineData("a\r\n.", "a\n", false)]
    [InlineData("..a\r\n.b\r\n", "..a\n.b\n", true)]
    [InlineData(".\r\na\r\n", ".\na\n", true)]
    [InlineData("..\r\n.\r\na", "..\n.\na\n", true)]
    [InlineData("a\rb\0c\r\n\r", "a\rb\0c\n\r\n", false)]
    [InlineData("x.\r\n.\rb", "x.\n.\rb\n", true)]
    public void Text_is_read_the_same_however_it_is_cut(string text, string expected, bool hasSingle)
    {
        byte[] octets = Encoding.Latin1.GetBytes(text);
        for (int size = 1; size <= octets.Length + 1; size++)
        {
            var dots = new LegacyDots();
            foreach (byte[] piece in octets.Chunk(size))
                dots.Add(piece);
            Assert.Equal(hasSingle, dots.HasSingle);
            var read = new MemoryStream();
            var converted = new LegacyText(!dots.HasSingle, piece => read.Write(piece.Span));
            int end = hasSingle ? octets.Length : (int)dots.LengthBeforeEnd;
            foreach (byte[] piece in octets[..end].Chunk(size))
                converted.Add(piece);
            converted.End();
            Assert.Equal(expected, Encoding.Latin1.GetString(read.ToArray()));
        }
    }

    private static bool TryRead(string line, bool isQueue, out LegacyFirstLine? first)
        => LegacyFirstLine.TryRead(Encoding.UTF8.GetBytes(line), isQueue, out first);

    private static uint NumberOf(DateTimeOffset time)
        => unchecked((uint)(((((((long)(time.Year - 2001) * 12 + time.Month) * 31 + time.Day) * 24 + time.Hour) * 60
            + time.Minute) * 60 + time.Second) * 16));
}
