using System.Text;
using MailModule.Pop3;

namespace MailModule.Tests.Pop3;

/// <summary>The first line of an answer (RFC 1939 §3; RFC 2449 §8; RFC 5034 §4).</summary>
public class Pop3ReplyTests
{
    [Theory]
    [InlineData("+OK", Pop3Status.Ok, "")]
    [InlineData("+OK ", Pop3Status.Ok, "")]
    [InlineData("+OK 2 320", Pop3Status.Ok, "2 320")]
    [InlineData("+OK  two  blanks  ", Pop3Status.Ok, "two  blanks")]
    [InlineData("+OK\ttab", Pop3Status.Ok, "tab")]
    [InlineData("+ok small", Pop3Status.Ok, "small")]
    [InlineData("+OK, ready", Pop3Status.Ok, ", ready")]
    [InlineData("+OK<1896.697@dbc.example>", Pop3Status.Ok, "<1896.697@dbc.example>")]
    [InlineData("-ERR", Pop3Status.Err, "")]
    [InlineData("-ERR no such message", Pop3Status.Err, "no such message")]
    [InlineData("-err: no", Pop3Status.Err, ": no")]
    public void A_status_and_its_text_are_told_apart(string line, Pop3Status status, string text)
        => Assert.Equal(new Pop3Reply(status, "", text, line.Replace('\t', '?')), Parse(line));

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("+ ")]
    [InlineData("+ cGFzcw==")]
    [InlineData("+O")]
    [InlineData("-ER")]
    [InlineData("+OKAY")]
    [InlineData("+OK1")]
    [InlineData("-ERROR no")]
    [InlineData(" +OK")]
    [InlineData("OK")]
    [InlineData("220 smtp.example ESMTP")]
    [InlineData("* OK IMAP4rev1")]
    [InlineData("\0+OK")]
    public void What_has_no_status_is_no_answer(string line)
    {
        Assert.False(Pop3Reply.TryParse(Encoding.UTF8.GetBytes(line), inLogin: false, out Pop3Reply reply));
        Assert.Same(Pop3Reply.None, reply);
    }

    [Theory]
    [InlineData("+OK [SYS/TEMP] later", "SYS/TEMP", "later")]
    [InlineData("-ERR [IN-USE] busy", "IN-USE", "busy")]
    [InlineData("-ERR [in-use]busy", "in-use", "busy")]
    [InlineData("-ERR [AUTH]", "AUTH", "")]
    [InlineData("-ERR  [AUTH]  no", "AUTH", "no")]
    [InlineData("-ERR [A/B/C] x", "A/B/C", "x")]
    [InlineData("-ERR [X[Y] x", "X[Y", "x")]
    [InlineData("-ERR [] x", "", "[] x")]
    [InlineData("-ERR [/] x", "", "[/] x")]
    [InlineData("-ERR [A/] x", "", "[A/] x")]
    [InlineData("-ERR [/A] x", "", "[/A] x")]
    [InlineData("-ERR [A//B] x", "", "[A//B] x")]
    [InlineData("-ERR [two words] x", "", "[two words] x")]
    [InlineData("-ERR [\u00e4] x", "", "[\u00e4] x")]
    [InlineData("-ERR [open", "", "[open")]
    [InlineData("-ERR no [AUTH]", "", "no [AUTH]")]
    [InlineData("-ERR ]AUTH[", "", "]AUTH[")]
    public void A_response_code_stands_first_or_is_text(string line, string code, string text)
    {
        Pop3Reply reply = Parse(line);
        Assert.Equal((code, text), (reply.Code, reply.Text));
    }

    [Theory]
    [InlineData("-ERR [SYS/TEMP] x", true)]
    [InlineData("-ERR [sys/temp] x", true)]
    [InlineData("-ERR [SYS/TEMP/DISK] x", true)]
    [InlineData("-ERR [IN-USE] x", true)]
    [InlineData("-ERR [LOGIN-DELAY] x", true)]
    [InlineData("-ERR [SYS/PERM] x", false)]
    [InlineData("-ERR [SYS] x", false)]
    [InlineData("-ERR [SYS/TEMPLE] x", false)]
    [InlineData("-ERR [AUTH] x", false)]
    [InlineData("-ERR SYS/TEMP", false)]
    [InlineData("-ERR", false)]
    [InlineData("+OK [IN-USE] x", false)]
    public void A_refusal_says_by_its_code_that_it_passes(string line, bool isTemporary)
        => Assert.Equal(isTemporary, Parse(line).IsTemporary);

    [Theory]
    [InlineData("+", "")]
    [InlineData("+ ", "")]
    [InlineData("+ PDE4OTYuNjk3QGRiYy5leGFtcGxlPg==", "PDE4OTYuNjk3QGRiYy5leGFtcGxlPg==")]
    [InlineData("+ [AUTH] x", "[AUTH] x")]
    public void In_a_login_a_plus_is_a_challenge(string line, string text)
    {
        Assert.True(Pop3Reply.TryParse(Encoding.UTF8.GetBytes(line), inLogin: true, out Pop3Reply reply));
        Assert.Equal(new Pop3Reply(Pop3Status.Challenge, "", text, line), reply);
    }

    [Theory]
    [InlineData("+OK in", Pop3Status.Ok)]
    [InlineData("-ERR out", Pop3Status.Err)]
    public void In_a_login_an_answer_is_one_too(string line, Pop3Status status)
    {
        Assert.True(Pop3Reply.TryParse(Encoding.UTF8.GetBytes(line), inLogin: true, out Pop3Reply reply));
        Assert.Equal(status, reply.Status);
    }

    [Theory]
    [InlineData("+OKAY")]
    [InlineData("+O")]
    [InlineData("+PDE4")]
    [InlineData("-")]
    public void In_a_login_too_other_words_are_no_answer(string line)
        => Assert.False(Pop3Reply.TryParse(Encoding.UTF8.GetBytes(line), inLogin: true, out _));

    [Fact]
    public void What_no_text_can_have_is_replaced()
    {
        Assert.True(Pop3Reply.TryParse([.. "+OK a"u8, 0, 0xFF, 0x1B, .. "b"u8], inLogin: false, out Pop3Reply reply));
        Assert.Equal(("a?\uFFFD?b", "+OK a?\uFFFD?b"), (reply.Text, reply.Raw));
    }

    [Fact]
    public void Words_beyond_ASCII_are_kept()
        => Assert.Equal("gr\u00fc\u00df dich", Parse("+OK gr\u00fc\u00df dich").Text);

    /// <summary>Of any octets comes an answer, whose text and code are parts of its line, or none.</summary>
    [Fact]
    public void Any_octets_are_read()
    {
        var random = new Random(1939);
        byte[][] starts = ["+OK"u8.ToArray(), "-ERR ["u8.ToArray(), "+ "u8.ToArray(), []];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] tail = new byte[random.Next(12)];
            random.NextBytes(tail);
            byte[] line = [.. starts[i % starts.Length], .. tail];
            if (!Pop3Reply.TryParse(line, inLogin: i % 2 == 0, out Pop3Reply reply))
                continue;
            Assert.DoesNotContain(reply.Raw, char.IsControl);
            Assert.Contains(reply.Text, reply.Raw, StringComparison.Ordinal);
            Assert.Contains(reply.Code, reply.Raw, StringComparison.Ordinal);
        }
    }

    private static Pop3Reply Parse(string line)
    {
        Assert.True(Pop3Reply.TryParse(Encoding.UTF8.GetBytes(line), inLogin: false, out Pop3Reply reply));
        return reply;
    }
}
