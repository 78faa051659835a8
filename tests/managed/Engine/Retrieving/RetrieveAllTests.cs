using System.Text;
using MailModule.Engine.Retrieving;
using MailModule.Pop3;
using MailModule.Primitives;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Engine.Retrieving;

/// <summary>Messages one after the other, several asked for at once where the server offers that.</summary>
public sealed class RetrieveAllTests : IDisposable
{
    private readonly Pop3ClientPlace _place = new();
    private readonly List<string> _taken = [];

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Without_pipelining_each_is_asked_for_when_the_last_has_come()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK", "a", ".", Line, "-ERR gone", Line,
            "+OK", ".", Line, "+OK"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal(Fault.None, Run(client, null, 3, -1));
        Assert.Equal(["1 Ok a\r\n", "1 Ok ", "2 Err ", "3 Ok "], _taken);
        Assert.Equal((Fault.None, Pop3Status.Ok), Pop3ClientPlace.Say(client, one => one.Noop()));
        Assert.Equal(["RETR 1", "RETR 2", "RETR 3", "NOOP"], server.Lines);
    }

    [Fact]
    public void With_pipelining_sixteen_go_out_before_the_first_answer()
    {
        string[] first = [.. Enumerable.Repeat(Line, 16)];
        string[] later = [.. Enumerable.Repeat(Line, 4)];
        string answers = string.Concat(Enumerable.Range(1, 16).Select(n => $"+OK\r\n{n}\r\n.\r\n"));
        string rest = string.Concat(Enumerable.Range(17, 4).Select(n => $"+OK\r\n{n}\r\n.\r\n"));
        using var server = new ScriptedSmtpServer(null,
            ["+OK", Line, "+OK", "PIPELINING", ".", .. first, Raw(answers), .. later, Raw(rest), Line, "+OK"]);
        using Pop3Client client = _place.Connected(server);
        Pop3ClientPlace.Say(client, one => one.Capa());
        Assert.Equal(Fault.None, Run(client, null, 20, 7));
        Assert.Equal(Enumerable.Range(1, 20).SelectMany(n => (string[])[$"{n} Ok {n}\r\n", $"{n} Ok "]), _taken);
        Assert.Equal("TOP 20 7", server.Lines[^1]);
        Assert.Equal((Fault.None, Pop3Status.Ok), Pop3ClientPlace.Say(client, one => one.Noop()));
    }

    [Fact]
    public void Who_wants_no_more_gets_no_more_and_the_connection_stays()
    {
        string answers = string.Concat(Enumerable.Range(1, 3).Select(n => $"+OK\r\n{n}\r\n.\r\n"));
        using var server = new ScriptedSmtpServer(
            null, ["+OK", Line, "+OK", "PIPELINING", ".", Line, Line, Line, Raw(answers), Line, "+OK"]);
        using Pop3Client client = _place.Connected(server);
        Pop3ClientPlace.Say(client, one => one.Capa());
        Assert.Equal(Fault.Cancelled, Run(client, [5, 6, 7], 3, -1, most: 1));
        Assert.Equal(["5 Ok 1\r\n"], _taken);
        Assert.Equal((Fault.None, Pop3Status.Ok), Pop3ClientPlace.Say(client, one => one.Noop()));
    }

    [Fact]
    public void A_connection_that_is_lost_on_the_way_is_told_and_the_last_message_is_not_whole()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK", "a", ".", Line, "+OK", "half"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal(Fault.Closed, Run(client, null, 3, -1));
        Assert.Equal(["1 Ok a\r\n", "1 Ok ", "2 Ok half\r\n"], _taken);
        Assert.Equal(Fault.State, Pop3ClientPlace.Say(client, one => one.Noop()).Fault);
    }

    [Fact]
    public void Numbers_that_are_none_are_refused_before_anything_is_said()
    {
        using var server = new ScriptedSmtpServer(null, ["+OK", Line, "+OK"]);
        using Pop3Client client = _place.Connected(server);
        Assert.Equal(Fault.Argument, Run(client, [1, 0], 2, -1));
        Assert.Equal(Fault.Argument, Run(client, [1], 1, -2));
        Assert.Equal(Fault.None, Run(client, [], 0, -1));
        Assert.Empty(server.Lines);
    }

    private Fault Run(Pop3Client client, int[]? numbers, int count, int lines, int most = int.MaxValue)
        => client.Call(one => one.RetrieveAll(numbers, count, lines, (number, octets, status) =>
        {
            _taken.Add($"{number} {status} {Encoding.Latin1.GetString(octets.Span)}");
            return _taken.Count < most;
        }));
}
