using System.Text;
using MailModule.Pop3;
using MailModule.Pop3.Client;
using MailModule.Primitives;
using MailModule.Transport;
using static MailModule.Pop3.Pop3AnswerForm;

namespace MailModule.Tests.Pop3.Client;

/// <summary>A dialogue without a connection: what is said, and what each answer opens.</summary>
public class Pop3DialogueTests
{
    private readonly Pop3Dialogue _pop3 = new();
    private readonly Output _output = new();
    private readonly List<byte> _input = [];

    [Fact]
    public void A_whole_dialogue_is_read_octet_by_octet_as_in_one_piece()
    {
        const string Server = "+OK ready <1.2@h>\r\n+OK\r\nTOP\r\nSASL PLAIN\r\n.\r\n+OK 2 320\r\n-ERR no such\r\n"
            + "+OK\r\n..a\r\n.\r\n+OK bye\r\n";
        string[] expected = [
            "+OK ready <1.2@h>", "+OK", "TOP|SASL PLAIN|", "+OK 2 320", "-ERR no such", "+OK", ".a|", "+OK bye"];
        for (int piece = 1; piece <= Server.Length; piece++)
            Assert.Equal(expected, ReadAll(Server, piece));
    }

    [Fact]
    public void Commands_go_out_as_they_are()
    {
        Greet();
        _pop3.Say("USER fred blogs", OneLine, _output);
        _pop3.Say("PASS  a b ", OneLine, _output);
        Assert.Equal("USER fred blogs\r\nPASS  a b \r\n", Encoding.UTF8.GetString(_output.Written));
        Assert.Equal((2, AnswerTo.Login), (_pop3.Awaited, _pop3.Next));
    }

    [Theory]
    [InlineData("+OK hello <1896.697170952@dbc.mtview.ca.us>", "<1896.697170952@dbc.mtview.ca.us>")]
    [InlineData("+OK<a@b>x", "<a@b>")]
    [InlineData("+OK hello", "")]
    [InlineData("+OK <>", "")]
    [InlineData("+OK <abc>", "")]
    [InlineData("+OK <a@>", "")]
    [InlineData("+OK <@b>", "")]
    [InlineData("+OK <a b@c>", "")]
    [InlineData("+OK <a\u00ff@c>", "")]
    [InlineData("+OK <a<b@c>", "")]
    [InlineData("+OK <a@c", "")]
    [InlineData("-ERR <a@b>", "")]
    public void A_stamp_is_a_message_id_of_printable_octets(string greeting, string stamp)
    {
        Greet(greeting);
        Assert.Equal(stamp, _pop3.Stamp);
    }

    [Fact]
    public void Lines_follow_a_positive_answer_alone()
    {
        Greet();
        _pop3.Say("RETR 1", ManyLines, _output);
        Assert.Equal((Pop3Read.Reply, Pop3Status.Err), Read("-ERR none\r\n"));
        Assert.False(_pop3.IsInContent);
        _pop3.Say("RETR 2", ManyLines, _output);
        Assert.Equal((Pop3Read.Reply, Pop3Status.Ok), Read("+OK\r\n"));
        Assert.True(_pop3.IsInContent);
        Assert.Throws<InvalidOperationException>(() => Read("+OK\r\n"));
    }

    [Theory]
    [InlineData("+OK\r\n")]
    [InlineData("+OK")]
    [InlineData("+")]
    public void An_answer_nobody_asked_for_ends_it(string early)
    {
        Greet();
        Assert.Equal(Pop3Read.Ended, Read(early).Read);
        Assert.Equal(Fault.Protocol, _pop3.End!.Fault);
        Assert.Equal("the server answered before it was asked", _pop3.End.Text);
    }

    [Fact]
    public void A_refusal_nobody_asked_for_is_the_servers_last_word()
    {
        Greet();
        Assert.Equal(Pop3Read.NeedMore, Read("-ERR [SYS/TEMP] shutting").Read);
        Assert.Equal(Pop3Read.Ended, Read(" down\r\n").Read);
        Assert.Equal((Fault.Closed, "-ERR [SYS/TEMP] shutting down"), (_pop3.End!.Fault, _pop3.End.Reply!.Raw));
    }

    [Theory]
    [InlineData("220 mail.example ESMTP\r\n")]
    [InlineData("* OK IMAP4")]
    [InlineData("\u0016\u0003\u0001")]
    [InlineData("\r\n+OK\r\n")]
    [InlineData("+OKAY\r\n")]
    [InlineData("+ go on\r\n")]
    public void What_is_no_answer_ends_it_at_once(string garbage)
    {
        Assert.Equal(Pop3Read.Ended, Read(garbage).Read);
        Assert.Equal(Fault.Protocol, _pop3.End!.Fault);
        Assert.StartsWith("what the server says is no answer of POP3: \"", _pop3.End.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0016', _pop3.End.Text);
    }

    [Fact]
    public void An_answer_without_an_end_ends_it()
    {
        Assert.Equal(Pop3Read.NeedMore, Read("+OK " + new string('a', Pop3Dialogue.AnswerLimit - 4)).Read);
        Assert.Equal(Pop3Read.Ended, Read("aa").Read);
        Assert.Equal("the server's answer has no end", _pop3.End!.Text);
    }

    [Fact]
    public void Stls_forgets_what_the_server_told()
    {
        Greet();
        _pop3.Capabilities = new Pop3Capabilities(["STLS", "SASL PLAIN"]);
        _pop3.Say("STLS", OneLine, _output);
        Assert.False(_pop3.MaySayMore);
        Assert.Equal((Pop3Read.Reply, Pop3Status.Ok), Read("+OK\r\n"));
        Assert.True(_pop3.IsInHandshake);
        _pop3.TlsStarted();
        Assert.False(_pop3.IsInHandshake || _pop3.Capabilities.IsKnown);
    }

    [Fact]
    public void A_challenge_counts_in_an_exchange_alone()
    {
        Greet();
        _pop3.Say("AUTH CRAM-MD5", OneLine, _output);
        Assert.False(_pop3.MaySayMore);
        Assert.Equal((Pop3Read.Reply, Pop3Status.Challenge), Read("+ PDFAaD4=\r\n"));
        Assert.True(_pop3.IsChallenged);
        _pop3.Respond("*", _output);
        Assert.Equal((Pop3Read.Reply, Pop3Status.Err), Read("-ERR cancelled\r\n"));
        _pop3.Say("NOOP", OneLine, _output);
        Assert.Equal(Pop3Read.Ended, Read("+ \r\n").Read);
    }

    [Theory]
    [InlineData("QUIT", Fault.None)]
    [InlineData("DELE 1,QUIT", Fault.Closed)]
    [InlineData("DELE 1,RSET,QUIT", Fault.None)]
    [InlineData("QUIT,NOOP", Fault.None)]
    [InlineData("NOOP", Fault.Closed)]
    public void A_quit_with_nothing_to_delete_needs_no_answer(string commands, Fault fault)
    {
        Greet();
        string[] lines = commands.Split(',');
        foreach (string line in lines)
        {
            _pop3.Say(line, OneLine, _output);
            if (line != "QUIT" && line != lines[^1])
                Read("+OK\r\n");
        }
        _pop3.Closed(Fault.Closed, "");
        Assert.Equal(fault, _pop3.End!.Fault);
    }

    [Fact]
    public void Behind_quit_there_is_nothing()
    {
        Greet();
        _pop3.Say("QUIT", OneLine, _output);
        Assert.Equal((Pop3Read.Reply, Pop3Status.Err), Read("-ERR some are there still\r\n"));
        Assert.Equal(Fault.None, _pop3.End!.Fault);
        Assert.Equal(Pop3Read.Ended, Read("+OK\r\n").Read);
    }

    [Fact]
    public void Garbage_of_any_kind_comes_to_an_end()
    {
        var chance = new Random(75);
        byte[] some = "+-OKER .\r\n\0"u8.ToArray();
        for (int round = 0; round < 2000; round++)
        {
            var pop3 = new Pop3Dialogue();
            byte[] octets = [.. "+OK\r\n"u8, .. chance.GetItems(some, 60)];
            ReadOnlySpan<byte> input = octets;
            for (int i = 0; i < 10 && pop3.End is null; i++)
            {
                pop3.Say(i % 2 == 0 ? "RETR 1" : "AUTH PLAIN", i % 2 == 0 ? ManyLines : OneLine, _output);
                int before = input.Length;
                Pop3Read read = pop3.Read(ref input, out _);
                Assert.True(
                    read == Pop3Read.Reply ? input.Length < before : input.Length == before || pop3.End is not null);
                while (pop3.IsInContent && !input.IsEmpty)
                    pop3.ReadContent(ref input, new byte[7], out _);
                if (pop3.IsInContent || read == Pop3Read.NeedMore)
                    break;
                if (pop3.IsChallenged)
                    pop3.Respond("*", _output);
            }
        }
    }

    private void Greet(string greeting = "+OK ready") => Read(greeting + "\r\n");

    private (Pop3Read Read, Pop3Status Status) Read(string octets)
    {
        _input.AddRange(Encoding.Latin1.GetBytes(octets));
        ReadOnlySpan<byte> input = _input.ToArray();
        int before = input.Length;
        Pop3Read read = _pop3.Read(ref input, out Pop3Reply reply);
        _input.RemoveRange(0, before - input.Length);
        return (read, reply.Status);
    }

    private static string[] ReadAll(string server, int piece)
    {
        var pop3 = new Pop3Dialogue();
        var output = new Output();
        foreach (string line in (string[])["CAPA", "STAT", "RETR 9", "RETR 1", "QUIT"])
            pop3.Say(line, line is "CAPA" or "RETR 9" or "RETR 1" ? ManyLines : OneLine, output);
        var found = new List<string>();
        string content = "";
        byte[] octets = Encoding.Latin1.GetBytes(server);
        byte[] into = new byte[3];
        int start = 0;
        for (int there = 0; pop3.End is null;)
        {
            ReadOnlySpan<byte> input = octets.AsSpan(start, there - start);
            int before = input.Length;
            bool moved = true;
            if (pop3.IsInContent)
            {
                int count = pop3.ReadContent(ref input, into, out bool isEnd);
                content += Encoding.Latin1.GetString(into, 0, count);
                moved = count > 0 || isEnd;
                if (isEnd)
                    found.Add(content.Replace("\r\n", "|", StringComparison.Ordinal));
                content = isEnd ? "" : content;
            }
            else if (pop3.Read(ref input, out Pop3Reply reply) == Pop3Read.Reply)
                found.Add(reply.Raw);
            else
                moved = false;
            start += before - input.Length;
            if (!moved)
                there = Math.Min(octets.Length, there + piece);
        }
        return [.. found];
    }
}
