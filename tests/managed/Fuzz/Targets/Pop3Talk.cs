using System.Text;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Pop3;
using MailModule.Pop3.Client;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// A dialogue of our POP3 client without a connection: what a server says comes in pieces. It holds the dialogue to its
/// word: an answer takes its own octets and no others, lines are what a plain search finds, a trace has no password.
/// </summary>
internal sealed class Pop3Talk
{
    public const string Password = "secret";

    private const string EncodedPassword = "c2VjcmV0"; // its part of PLAIN and LOGIN
    private readonly byte[] _octets;
    private readonly Pieces _pieces;
    private readonly byte[] _room;
    private readonly Pop3Dialogue _pop3;
    private readonly Output _output = new();
    private readonly StringBuilder _found = new();
    private readonly ContentLines _lines = new();
    private int _at;
    private int _there;

    /// <param name="octets">All that the server says, before it closes.</param>
    /// <param name="pieces">How they come in.</param>
    /// <param name="room">Octets of content that are read at once.</param>
    public Pop3Talk(byte[] octets, Pieces pieces, int room)
    {
        (_octets, _pieces, _room) = (octets, pieces, new byte[room]);
        _pop3 = new Pop3Dialogue { Trace = new Pop3Trace(CheckTrace) };
    }

    /// <summary>What the server has said, as far as it was understood, and how it has ended.</summary>
    public string Found => _found.ToString();

    /// <summary>What the client has said.</summary>
    public string Said => Encoding.UTF8.GetString(_output.Written);

    /// <summary>Says a command, if it may; a login by AUTH begins, and goes on, in <see cref="HearTo"/>.</summary>
    public void Say(string command)
    {
        if (_pop3.End is null && _pop3.MaySayMore && !IsExchange(command))
            _pop3.Say(command, FormOf(command), _output);
    }

    /// <summary>Hears the answer to a command that was said, and the lines that follow it.</summary>
    public void HearTo(string command)
    {
        if (IsExchange(command))
            LogIn(command["AUTH ".Length..]);
        else if (Hear() is { Status: Pop3Status.Ok } reply)
            Take(command, reply);
        else if (command == "CAPA" && _pop3.End is null)
            _pop3.Capabilities = Pop3Capabilities.None;
    }

    /// <summary>The first line of the next answer; null: there is none.</summary>
    public Pop3Reply? Hear()
    {
        while (_pop3.Awaited > 0 && _pop3.End is null)
        {
            ReadOnlySpan<byte> input = _octets.AsSpan(_at, _there - _at);
            int before = input.Length;
            AnswerTo? next = _pop3.Next;
            Pop3Read read = _pop3.Read(ref input, out Pop3Reply reply);
            int count = before - input.Length;
            _at += count;
            if (read == Pop3Read.NeedMore && Wait())
                continue;
            if (read != Pop3Read.Reply)
                break;
            Assert.Equal(next, _pop3.Answered);
            Assert.Equal((byte)'\n', _octets[_at - 1]);
            Assert.Equal(1, _octets.AsSpan(_at - count, count).Count((byte)'\n'));
            Assert.DoesNotContain(reply.Raw, char.IsControl);
            _found.Append(reply).Append('\n');
            return reply;
        }
        return null;
    }

    /// <summary>The connection is closed, whatever was awaited.</summary>
    public void End()
    {
        bool hasQuit = Said.Contains("QUIT\r\n", StringComparison.Ordinal);
        if (_pop3.End is null)
        {
            ReadOnlySpan<byte> rest = _octets.AsSpan(_at);
            if (_pop3 is { Awaited: 0, IsInContent: false, IsInHandshake: false, IsChallenged: false } && !rest.IsEmpty)
                Assert.NotEqual(Pop3Read.Reply, _pop3.Read(ref rest, out _)); // nobody has asked for it
            _pop3.Closed(Fault.Closed, "");
        }
        Fault fault = _pop3.End!.Fault;
        Assert.True(fault != Fault.None || hasQuit, "an end in order, without QUIT");
        Assert.False(_pop3.MaySayMore || _pop3.IsInContent || _pop3.IsChallenged, "something behind the end");
        ReadOnlySpan<byte> more = "+OK\r\n"u8;
        Assert.Equal(Pop3Read.Ended, _pop3.Read(ref more, out _));
        _pop3.Closed(Fault.Timeout, "again");
        Assert.Equal(fault, _pop3.End!.Fault);
        _found.Append(fault);
    }

    private static bool IsExchange(string command) => command.StartsWith("AUTH ", StringComparison.Ordinal);

    private static Pop3AnswerForm FormOf(string command) => command.Split(' ')[0] switch
    {
        "CAPA" or "RETR" or "TOP" or "XOWN" => Pop3AnswerForm.ManyLines,
        "LIST" or "UIDL" when !command.Contains(' ', StringComparison.Ordinal) => Pop3AnswerForm.ManyLines,
        _ => Pop3AnswerForm.OneLine,
    };

    // False: the server has closed.
    private bool Wait()
    {
        if (_there < _octets.Length)
        {
            _there = _pieces.EndOf(_octets, _there);
            return true;
        }
        _pop3.Closed(Fault.Closed, "");
        return false;
    }

    private void Take(string command, Pop3Reply reply)
    {
        string verb = command.Split(' ')[0];
        if (_pop3.IsInHandshake)
            _pop3.TlsStarted();
        else if (verb == "STAT" && ListLine.TryParseTotals(reply.Text, out int messages, out long total))
            _found.Append($"{messages} {total}\n");
        else if (verb is "LIST" or "UIDL" && !_pop3.IsInContent)
            NoteLine(Encoding.UTF8.GetBytes(reply.Text), verb == "UIDL");
        else if (verb == "CAPA" || verb is "LIST" or "UIDL")
            TakeLines(verb);
        else if (_pop3.IsInContent)
            TakeContent();
    }

    private void TakeLines(string verb)
    {
        List<string> lines = [];
        _lines.Clear();
        while (true)
        {
            while (_lines.TryTake(!_pop3.IsInContent, out ReadOnlySpan<byte> line))
            {
                if (verb == "CAPA")
                    lines.Add(Encoding.UTF8.GetString(line));
                else
                    NoteLine(line, verb == "UIDL");
            }
            Span<byte> room = _lines.Room();
            if (!_pop3.IsInContent)
                break;
            if (room.IsEmpty)
            {
                _pop3.Closed(Fault.Protocol, "a line without an end");
                return;
            }
            if (ReadSome(room[..Math.Min(room.Length, _room.Length)]) is not { } count)
                return;
            _lines.Added(count);
        }
        if (verb == "CAPA")
            NoteCapabilities(new Pop3Capabilities(lines));
    }

    private void NoteLine(ReadOnlySpan<byte> line, bool isUidl)
    {
        if (!ListLine.TryParse(line, isUidl, out ListLine one))
            return;
        Assert.True(one is { Number: > 0, Octets: >= 0 } && isUidl == one.Id.Length > 0, "a line of no message");
        Assert.True(one.Id.All(c => c is > ' ' and <= '~'), "an id that is none");
        _found.Append(one).Append('\n');
    }

    private void NoteCapabilities(Pop3Capabilities offered)
    {
        Assert.True(offered.IsKnown);
        _pop3.Capabilities = offered;
        Assert.DoesNotContain("", offered.LoginMechanisms);
        _found.AppendJoin('\n', offered.Lines).AppendJoin(' ', offered.LoginMechanisms).Append(offered.Pipelining);
    }

    private void TakeContent()
    {
        int from = _at;
        var content = new StringBuilder();
        while (_pop3.IsInContent)
        {
            if (ReadSome(_room) is not { } count)
                break;
            content.Append(Encoding.Latin1.GetString(_room, 0, count));
        }
        string wire = Encoding.Latin1.GetString(_octets, from, _octets.Length - from);
        int end = wire.StartsWith(".\r\n", StringComparison.Ordinal)
            ? 0
            : wire.IndexOf("\r\n.\r\n", StringComparison.Ordinal) + 2;
        bool isWhole = end >= 2 || wire.StartsWith(".\r\n", StringComparison.Ordinal);
        Assert.Equal(isWhole, _pop3.End is null);
        if (isWhole)
        {
            Assert.Equal(WithoutDots(wire[..end]), content.ToString());
            Assert.Equal(from + end + ".\r\n".Length, _at);
        }
        else
            Assert.StartsWith(content.ToString(), WithoutDots(wire), StringComparison.Ordinal);
        _found.Append(content).Append('\n');
    }

    // RFC 1939 §3: a dot at the begin of a line goes away.
    private static string WithoutDots(string wire)
    {
        string text = wire.Replace("\r\n.", "\r\n", StringComparison.Ordinal);
        return text.StartsWith('.') ? text[1..] : text;
    }

    // Null: the server has closed.
    private int? ReadSome(Span<byte> into)
    {
        while (true)
        {
            ReadOnlySpan<byte> input = _octets.AsSpan(_at, _there - _at);
            int before = input.Length;
            int count = _pop3.ReadContent(ref input, into, out bool isEnd);
            _at += before - input.Length;
            Assert.Equal(isEnd, !_pop3.IsInContent);
            if (count > 0 || isEnd)
                return count;
            Assert.Equal(_there, _at);
            if (!Wait())
                return null;
        }
    }

    private void LogIn(string mechanism)
    {
        if (_pop3.End is not null || !_pop3.MaySayMore)
            return;
        var login = new Credentials("user", Password) { Token = () => "token" };
        var server = new SaslServer { Service = "pop" };
        Assert.Equal(Fault.None, SaslMechanisms.TryMake(mechanism, login, server, out ISaslMechanism? made, out _));
        var exchange = new Pop3LoginExchange(_pop3, made!);
        Pop3LoginStep step = exchange.Begin(_output);
        while (step == Pop3LoginStep.Asked && Hear() is { } reply)
            step = exchange.OnReply(reply, _output);
        if (step == Pop3LoginStep.Failed && _pop3.Awaited > 0)
            Hear();
        bool isProved = !mechanism.StartsWith("SCRAM", StringComparison.Ordinal);
        Assert.True(isProved || step != Pop3LoginStep.Done, "a server is believed that does not know the password");
        _found.Append(step).Append('\n');
    }

    private static void CheckTrace(TraceDirection way, string line)
    {
        bool tells = line.Contains(Password, StringComparison.Ordinal)
            || line.Contains(EncodedPassword, StringComparison.Ordinal);
        Assert.False(way == TraceDirection.Sent && tells, "a password in the trace");
    }
}
