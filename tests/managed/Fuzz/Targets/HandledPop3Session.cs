using System.Net;
using System.Text;
using MailModule.Delivery.Local;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Tests.Engine.Serving;
using MailModule.Transport;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// A session of a POP3 server whose host has handlers, stepped, with all that it asks: nothing runs on another thread,
/// and the clock moves where the session waits for it. Octets are Latin-1.
/// </summary>
internal sealed class HandledPop3Session
{
    private const int LongTime = 3600;

    private static readonly string s_scratch =
        Path.Combine(Path.GetTempPath(), $"mm-fuzz-pop3-{Environment.ProcessId}");

    private static readonly Accounts s_accounts = Users();
    private readonly TurnedTimers _clock = new();
    private readonly Queue<IJob> _jobs = new();
    private readonly SessionMemory _memory = new(64 << 20);
    private readonly Output _output = new();
    private readonly StringBuilder _heard = new();
    private readonly List<string> _failures = [];
    private readonly HandledPop3Host _host;
    private readonly HandledPop3Table[] _tables;
    private readonly HandledPop3Store _store = new();
    private readonly PendingAnswers _pending;
    private readonly SteppedSession _stepped;

    public HandledPop3Session(HandledPop3Host host, Pop3Steps[] tables, Pop3ServerOptions options)
    {
        _host = host;
        _tables = [.. tables.Select((steps, number) => new HandledPop3Table(host, number, steps))];
        _pending = new PendingAnswers(_clock);
        var log = new Log(LogLevel.Error, Note);
        var delivery = new LocalDelivery(new LocalDeliveryDependencies
        {
            Spool = new HandledPop3Spool(),
            Store = _store,
            HomeOf = static _ => "/nowhere",
        });
        var dependencies = new Pop3Dependencies(
            new MailboxDependencies(_store, delivery, s_scratch), _jobs.Enqueue,
            new HostCallback(null, RequestAction.None, Inline: false), static () => s_accounts,
            new ReadAheadBuffers(), log)
        {
            Guessing = new Guessing(_clock),
            LoginDelays = new LoginDelays(_clock),
        };
        var setup = new HandlerSetup(null, _jobs.Enqueue, _pending, log);
        var backend = new HandledPop3Backend(
            new Pop3Backend(dependencies, connection: null), dependencies, Pop3HandlerSet.Of(_tables, setup, null));
        var peer = new MemoryPeer
        {
            RemoteEndPoint = IPEndPoint.Parse("198.51.100.7:4321"),
            EndPointBinding = new byte[32],
            Memory = _memory,
        };
        Session = new Pop3Session(options, backend, peer);
        _stepped = new SteppedSession(Session, peer);
    }

    public Pop3Session Session { get; }
    public bool IsWaiting => _stepped.Waits == Next.Wait;
    public bool IsClosed => _stepped.Waits == Next.Close;

    /// <summary>Gives octets to the session, and all that it waits for; gives back what it says.</summary>
    public string Send(string octets)
    {
        Step(octets);
        for (int rounds = 0; IsWaiting; rounds++)
        {
            Assert.True(rounds < 100_000, "the session waits for ever");
            Settle();
        }
        return Take();
    }

    /// <summary>
    /// Octets that come while an answer is owed, if one is: that is given behind them, and the next one is owed still.
    /// </summary>
    public string Arrive(string octets)
    {
        bool isOwed = IsWaiting;
        Step(octets);
        if (isOwed && IsWaiting)
            Settle();
        return Take();
    }

    /// <summary>Ends the session, if it has not ended, and says what must hold of each that has.</summary>
    public void End()
    {
        if (!IsWaiting)
            foreach (HandledPop3Table table in _tables)
                table.CheckOutside();
        if (IsWaiting)
            Session.PeerReset();
        _stepped.Lose(Fault.Closed);
        for (int rounds = 0; !IsClosed || _jobs.Count > 0; rounds++)
        {
            Assert.True(rounds < 100, "the session does not end");
            _host.AnswerAnyway();
            if (!RunJobs())
                _clock.Turn(LongTime);
        }
        _host.ForgetLate();
        Assert.True(_failures.Count == 0, string.Join("\n", _failures));
        Assert.Equal((0, 0L, 0), (_pending.Count, _memory.Taken, _store.Open));
        foreach (HandledPop3Table table in _tables)
            Assert.Equal(table.IsCalled ? 1 : 0, table.Ends);
        Assert.False(Directory.Exists(s_scratch) && Directory.EnumerateFiles(s_scratch).Any(), "a file stayed");
    }

    private static Accounts Users()
    {
        var domains = new LocalDomains(["d"], static _ => false);
        Assert.True(Account.TryParse("user;secret;/nowhere;PS", "/", out Account user, out _));
        return new Accounts([user], domains, "realm", "/nowhere");
    }

    private void Note(LogLevel level, string area, string text)
    {
        if (text.Contains("Exception", StringComparison.Ordinal)
            && !text.Contains(HandledHost.FailureText, StringComparison.Ordinal))
            _failures.Add(text);
    }

    /// <summary>Gives the session an answer of the host's that it waits for, or time.</summary>
    private void Settle()
    {
        if (!_host.TryAnswer() && _jobs.Count == 0)
            _clock.Turn(LongTime);
        Assert.True(_jobs.Count > 0, "the session waits for nothing");
        RunJobs();
    }

    private void Step(string octets)
    {
        StepOnce(Encoding.Latin1.GetBytes(octets));
        RunJobs();
    }

    // Jobs are a worker's elsewhere: what they end is carried on at once. False: there were none.
    private bool RunJobs()
    {
        bool hadAny = _jobs.Count > 0;
        while (_jobs.TryDequeue(out IJob? job))
        {
            job.Run();
            StepOnce([]);
        }
        return hadAny;
    }

    private void StepOnce(byte[] octets)
    {
        Next next = _stepped.Waits == Next.Write && octets.Length > 0 ? _stepped.Step([], default, _output) : default;
        next = next == Next.Close ? next : _stepped.Step(octets, default, _output);
        while (next is Next.Write or Next.StartTls)
        {
            Collect();
            next = next == Next.StartTls
                ? _stepped.BeginTls("TLSv1.3", default, _output)
                : _stepped.Step([], default, _output);
        }
        Collect();
    }

    private void Collect()
    {
        _heard.Append(Encoding.Latin1.GetString(_output.Written));
        _output.Clear();
    }

    private string Take()
    {
        string heard = _heard.ToString();
        _heard.Clear();
        return heard;
    }
}
