using System.Text;
using MailModule.Engine;
using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Lines;
using MailModule.Pop3;
using MailModule.Pop3.Client;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;
using MailModule.Transport.Blocking;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Engine.Retrieving;

/// <summary>The client that a host leads verb by verb, with a whole engine and a server on this machine.</summary>
public sealed class Pop3ClientTests : IDisposable
{
    private readonly Pop3ClientPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_verb_tells_how_the_exchange_came_out_and_the_status_what_the_server_says()
    {
        using var server = new ScriptedSmtpServer(null,
            ["+OK hello", Line, "+OK", Line, "-ERR [IN-USE] no", Line, "+OK 2 320", Line, "+OK bye"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.User("fred blogs")));
        Assert.Equal((Fault.None, Pop3Status.Err), Say(client, one => one.Pass("a b")));
        Assert.Equal(("IN-USE", "no", "-ERR [IN-USE] no"),
            (client.Heard.Reply.Code, client.Heard.Reply.Text, client.Heard.Reply.Raw));
        Assert.Null(client.Failure);
        int count = 0;
        long octets = 0;
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Stat(out count, out octets)));
        Assert.Equal((2, 320L), (count, octets));
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Quit()));
        Assert.Equal((Fault.State, Pop3Status.None), Say(client, one => one.Noop()));
        Assert.Equal(["USER fred blogs", "PASS a b", "STAT", "QUIT"], server.Lines);
    }

    [Fact]
    public void Every_verb_says_what_it_is_named_for()
    {
        string[] answers = [.. Enumerable.Repeat<string[]>([Line, "-ERR"], 12).SelectMany(one => one)];
        using var server = new ScriptedSmtpServer(null, ["+OK", .. answers]);
        using Pop3Client client = _place.Connected(server);
        Func<Pop3Client, Fault>[] verbs = [
            one => one.Capa(), one => one.Utf8(), one => one.Lang("de"), one => one.Lang(null), one => one.List(0),
            one => one.List(3), one => one.Uidl(0), one => one.Uidl(4), one => one.Top(5, 0), one => one.Dele(6),
            one => one.Rset(), one => one.Noop()];
        foreach (Func<Pop3Client, Fault> verb in verbs)
            Assert.Equal((Fault.None, Pop3Status.Err), Say(client, verb));
        Assert.Equal(["CAPA", "UTF8", "LANG de", "LANG", "LIST", "LIST 3", "UIDL", "UIDL 4", "TOP 5 0", "DELE 6",
            "RSET",
            "NOOP"], server.Lines);
    }

    [Fact]
    public void Lists_are_read_line_by_line_and_of_one_message_too()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK 2 messages", "1 120", "2 200", ".",
            Line, "+OK 2 abc", Line, "+OK", "1 x", "2 y", ".", Line, "+OK"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.State, Pop3Status.None), Say(client, one => one.Next(out _)));
        Say(client, one => one.List(0));
        Assert.Equal([new(1, 120, ""), new(2, 200, "")], Lines(client));
        Assert.Equal(Fault.State, Say(client, one => one.Next(out _)).Fault);
        Say(client, one => one.Uidl(2));
        Assert.Equal([new(2, 0, "abc")], Lines(client));
        Say(client, one => one.Uidl(0));
        ListLine line = default;
        Say(client, one => one.Next(out line));
        Assert.Equal(new ListLine(1, 0, "x"), line);
        // What is left of it is passed over.
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Noop()));
    }

    [Theory]
    [InlineData("1 120x")]
    [InlineData("nonsense")]
    public void A_line_that_lists_no_message_is_told_and_the_next_one_read(string line)
    {
        using var server = new ScriptedSmtpServer(
            null, ["+OK", Line, "+OK", line, "2 30", ".", Line, "+OK", Line, $"+OK {line}", Hang]);
        using Pop3Client client = _place.Connected(server);
        Say(client, one => one.List(0));
        Assert.Equal(Fault.Protocol, Say(client, one => one.Next(out _)).Fault);
        Assert.Contains($"\"{line}\"", client.Failure!.Text, StringComparison.Ordinal);
        Assert.Equal([new(2, 30, "")], Lines(client));
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Noop()));
        Say(client, one => one.List(1));
        Assert.Equal(Fault.Protocol, Say(client, one => one.Next(out _)).Fault);
        Assert.Empty(Lines(client));
    }

    [Fact]
    public void A_message_is_read_in_pieces_of_any_size()
    {
        string mail = "Subject: x\r\n\r\n.dot\r\n..\r\n\0bare\nlf and\rcr\r\nno\u00e4n\r\n";
        string wire = mail.Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + ".\r\n";
        foreach (int room in (int[])[1, 2, 7, 1000])
        {
            using var server = new ScriptedSmtpServer(
                null, ["+OK", Line, "+OK 50 octets", Raw(wire), Line, "+OK", Hang]);
            using Pop3Client client = _place.Connected(server);
            Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Retr(1)));
            Assert.Equal((Fault.None, mail), ReadAll(client, room));
            Assert.Equal(Fault.State, Say(client, one => one.Read(new byte[1], out _)).Fault);
            Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Noop()));
        }
    }

    [Fact]
    public void A_message_that_is_cut_is_never_taken_for_whole()
    {
        string wire = "a\r\n..\r\nb\r\n.\r\n";
        for (int length = 0; length < wire.Length; length++)
        {
            using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK", Raw(wire[..length])]);
            using Pop3Client client = _place.Connected(server);
            Say(client, one => one.Retr(1));
            Assert.Equal(Fault.Closed, ReadAll(client, 100).Fault);
            Assert.EndsWith("the connection was lost in the middle of an answer",
                client.Failure!.Text, StringComparison.Ordinal);
            Assert.Equal((ErrorLayer.Network, ClientStage.Content), (client.Failure.Layer, client.Failure.Stage));
        }
    }

    [Fact]
    public void A_line_of_a_mebibyte_and_no_more_memory_than_the_room()
    {
        string line = new('x', 1 << 20);
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK", line, "."]);
        using Pop3Client client = _place.Connected(server);
        Say(client, one => one.Top(1, 0));
        Assert.Equal((Fault.None, line + "\r\n"), ReadAll(client, 4096));
    }

    [Fact]
    public void Stls_and_a_handshake_protect_what_follows_and_drop_what_came_before()
    {
        using var server = new ScriptedSmtpServer(Pop3ClientPlace.Certificate, ["+OK", Line, "+OK", "STLS", ".", Line,
            Raw("+OK go\r\n+OK injected\r\n"), StartTls, Line, "+OK", "USER", "."]);
        using Pop3Client client = _place.Connected(server, host: "localhost");
        Say(client, one => one.Capa());
        Assert.Equal("", client.FindCapability("stls"));
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Stls()));
        Assert.Equal(Fault.State, Say(client, one => one.Noop()).Fault);
        Assert.Equal(Fault.Argument, Say(client, one => one.StartTls(null, awaitsGreeting: true)).Fault);
        Assert.Equal(Fault.None, Say(client, one => one.StartTls(null, awaitsGreeting: false)).Fault);
        Assert.StartsWith("TLSv1.", client.Tls, StringComparison.Ordinal);
        Assert.Empty(client.Capabilities);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Capa()));
        Assert.Equal(["USER"], client.Capabilities);
        Assert.Equal(Fault.State, Say(client, one => one.StartTls(null, awaitsGreeting: false)).Fault);
    }

    [Fact]
    public void Tls_may_come_first()
    {
        using var server = new ScriptedSmtpServer(Pop3ClientPlace.Certificate, [StartTls, "+OK", Line, "+OK"]);
        using Pop3Client client = _place.New();
        Assert.Equal(
            (Fault.None, Pop3Status.Ok), Say(client, one => one.Connect("localhost", server.Port, true, true)));
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Noop()));
    }

    [Fact]
    public void A_wrong_name_in_the_certificate_ends_it()
    {
        using var server = new ScriptedSmtpServer(Pop3ClientPlace.Certificate, [StartTls, "+OK", Hang]);
        using Pop3Client client = _place.New();
        Assert.Equal(Fault.CertificateName,
            Say(client, one => one.Connect("127.0.0.1", server.Port, true, true)).Fault);
        Assert.Equal((ErrorLayer.Tls, ClientStage.Tls), (client.Failure!.Layer, client.Failure.Stage));
    }

    [Fact]
    public void Answers_that_come_with_an_earlier_one_end_it()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, Raw("+OK\r\n+OK early\r\n"), Hang]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Noop()));
        Assert.Equal((Fault.Protocol, Pop3Status.None), Say(client, one => one.Noop()));
        Assert.Contains("before it was asked", client.Failure!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Own_commands_may_be_said_ahead_and_their_answers_come_in_order()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, Line, Line,
            Raw("+OK\r\na\r\n.\r\n-ERR no\r\n+OK three\r\n"), Hang]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal(Fault.None, Say(client, one => one.Send("XTND XLST", Pop3AnswerForm.ManyLines)).Fault);
        Assert.Equal(Fault.None, Say(client, one => one.Send("retr 9", null)).Fault);
        Assert.Equal(Fault.None, Say(client, one => one.Send("LIST 3", null)).Fault);
        Assert.Equal(Fault.Argument, Say(client, one => one.Send("XYZ", null)).Fault);
        Assert.Equal(3, client.RepliesDue);
        Assert.Equal(Fault.State, Say(client, one => one.Noop()).Fault);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Receive()));
        Assert.Equal((Fault.None, "a\r\n"), ReadAll(client, 10));
        Assert.Equal((Fault.None, Pop3Status.Err), Say(client, one => one.Receive()));
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Receive()));
        Assert.Equal(Fault.State, Say(client, one => one.Receive()).Fault);
        Assert.Equal(["XTND XLST", "retr 9", "LIST 3"], server.Lines);
    }

    [Theory]
    [InlineData(false, Fault.None)]
    [InlineData(true, Fault.Closed)]
    public void A_quit_without_an_answer_counts_where_something_was_to_be_deleted(bool deletes, Fault fault)
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK", Line]);
        using Pop3Client client = _place.Connected(server);
        Say(client, one => deletes ? one.Dele(1) : one.Noop());
        Assert.Equal((fault, Pop3Status.None), Say(client, one => one.Quit()));
        Assert.Equal(Fault.State, Say(client, one => one.Noop()).Fault);
    }

    [Fact]
    public void Silence_ends_a_call_in_time_and_says_where()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, Hang]);
        using Pop3Client client = _place.Connected(
            server, new ClientSetup { Times = new ClientTimes(Receive: TimeSpan.FromMilliseconds(50)) });
        Assert.Equal((Fault.Timeout, Pop3Status.None), Say(client, one => one.Noop()));
        Assert.Equal((Fault.Timeout, ClientStage.Other), (client.Failure!.Fault, client.Failure.Stage));
        Assert.Contains(" at NOOP: ", client.Failure.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancel_ends_whatever_is_under_way()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK", Raw("half"), Hang]);
        using Pop3Client client = _place.Connected(server);
        Say(client, one => one.Retr(1));
        Assert.Equal(Fault.None, Say(client, one => one.Read(new byte[100], out _)).Fault); // the half
        using var timer = new Timer(_ => client.Cancel(), null, 50, Timeout.Infinite);
        Assert.Equal((Fault.Cancelled, ""), ReadAll(client, 100));
        Assert.Equal(ErrorLayer.Host, client.Failure!.Layer);
    }

    [Fact]
    public void The_stop_of_the_engine_ends_a_wait()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, Hang]);
        using Pop3Client client = _place.Connected(server);
        Thread stop = Loop.InBackground(() =>
        {
            server.HasHung.Wait(Loop.Long);
            _place.Engine.Stop(TimeSpan.FromSeconds(5));
        });
        Assert.Equal(Fault.Cancelled, Say(client, one => one.Noop()).Fault);
        Assert.True(stop.Join(Loop.Long));
        Assert.Contains("the engine was stopped", client.Failure!.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NOOP\r\nDELE 1")]
    [InlineData("NOOP\nx")]
    [InlineData("NO\0OP")]
    [InlineData(" ")]
    [InlineData("")]
    public void What_would_be_two_commands_is_none(string line)
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal(Fault.Argument, Say(client, one => one.Send(line, Pop3AnswerForm.OneLine)).Fault);
        Assert.Equal(Fault.Argument, Say(client, one => one.User(line.Trim() + "\r\nQUIT")).Fault);
        Assert.Equal(Fault.Argument, Say(client, one => one.User(new string('u', 249))).Fault);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Noop()));
        Assert.Equal(["NOOP"], server.Lines);
    }

    [Fact]
    public void A_trace_tells_the_dialogue_and_no_secret()
    {
        using var server = new ScriptedSmtpServer(
            null, ["+OK", Line, "+OK", Line, "+OK", Line, "+OK", "x", ".", Line, "+OK"]);
        var told = new List<string>();
        using Pop3Client client = _place.Connected(
            server, new ClientSetup { Trace = (direction, line) => told.Add($"{direction} {line}") });
        Say(client, one => one.User("fred"));
        Say(client, one => one.Pass("wonderful"));
        Say(client, one => one.Retr(1));
        ReadAll(client, 10);
        Say(client, one => one.Quit());
        Assert.Equal(["Received +OK", "Sent USER fred", "Received +OK", "Sent PASS ***", "Received +OK", "Sent RETR 1",
            "Received +OK", "Event 3 octets of content received", "Sent QUIT", "Received +OK", "Event closed"],
            told.Skip(1));
    }

    private static (Fault Fault, Pop3Status Status) Say(Pop3Client client, Func<Pop3Client, Fault> verb)
        => Pop3ClientPlace.Say(client, verb);

    private static List<ListLine> Lines(Pop3Client client)
    {
        var lines = new List<ListLine>();
        while (true)
        {
            ListLine line = default;
            Assert.Equal(Fault.None, Say(client, one => one.Next(out line)).Fault);
            if (line.Number == 0)
                return lines;
            lines.Add(line);
        }
    }

    private static (Fault Fault, string Content) ReadAll(Pop3Client client, int room)
    {
        var content = new StringBuilder();
        byte[] buffer = new byte[room];
        int count = 1;
        Fault fault = Fault.None;
        while (fault == Fault.None && count > 0)
        {
            fault = Say(client, one => one.Read(buffer, out count)).Fault;
            content.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return (fault, content.ToString());
    }
}
