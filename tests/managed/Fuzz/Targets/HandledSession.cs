using System.Net;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Tests.Engine.Serving;
using MailModule.Transport;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// A session of a server whose host has handlers and steps it itself, with all that it asks: nothing runs on another
/// thread, and the clock moves where the session waits for it. Octets are Latin-1.
/// </summary>
internal sealed class HandledSession
{
    private const int LongTime = 3600;

    private static readonly string s_scratch =
        Path.Combine(Path.GetTempPath(), $"mm-fuzz-handled-{Environment.ProcessId}");

    private static readonly RelayPolicy s_policy = Policy();
    private readonly TurnedTimers _clock = new();
    private readonly Queue<Action> _later = new();
    private readonly Queue<IJob> _elsewhere = new();
    private readonly SessionMemory _memory = new(64 << 20);
    private readonly HandledHost _host;
    private readonly HandledTable[] _tables;
    private readonly HandledSpool _spool;
    private readonly PendingAnswers _pending;
    private readonly HandledBackend _handled;
    private readonly WatchedBackend _watched;
    private readonly SteppedSessions _all;
    private readonly SteppedServerSession _stepped;
    private readonly List<string> _failures = [];
    private readonly StringBuilder _heard = new();
    private SteppedWant _wants = SteppedWant.Write;
    private bool _isWoken;

    /// <param name="isSlow">The spool is.</param>
    public HandledSession(HandledHost host, HandlerSteps[] tables, SmtpServerOptions options, bool isSlow)
    {
        _host = host;
        _tables = [.. tables.Select((steps, number) => new HandledTable(host, number, steps))];
        _spool = new HandledSpool(host, _later, isSlow);
        _pending = new PendingAnswers(_clock);
        var offer = new SteppedOptions
        {
            Client = IPEndPoint.Parse("198.51.100.7:4321"),
            Wake = () => _isWoken = true,
            OffersTls = options.OfferStartTls,
        };
        var log = new Log(LogLevel.Error, Note);
        _all = new SteppedSessions(RunElsewhere, new HostCalls(), log);
        _stepped = new SteppedServerSession(
            offer, new SteppedLimits(_memory, IsExempt: false, Pace.Any, TimeSpan.FromMinutes(5)), _all);
        Assert.Equal(Fault.None, _all.Add(_stepped, limit: 1));
        var dependencies = new SmtpDependencies(
            _spool, _stepped.RunJob, new HostCallback(null, RequestAction.None, Inline: false), () => s_policy, log)
        {
            Guessing = new Guessing(_clock),
            ScratchFolder = () => s_scratch,
        };
        _handled = new HandledBackend(
            new SmtpBackend(dependencies, connection: null),
            new HandlerSet(_tables, null, _stepped.RunJob, _pending, log));
        _watched = new WatchedBackend(_handled, host);
        ((MemoryPeer)_stepped.Peer).EndPointBinding = new byte[32];
        Session = new SmtpSession(options, _watched, _stepped.Peer);
        _stepped.Begin(Session, "smtp");
    }

    public SmtpSession Session { get; }
    public bool IsWaiting => _wants == SteppedWant.Wait;
    public bool IsClosed => _wants == SteppedWant.Close;

    /// <summary>From now on nothing can be stored.</summary>
    public void FailDisk() => _spool.CommitFault = Fault.Io;

    /// <summary>Gives octets to the session, and all that it waits for; gives back what it says.</summary>
    public string Send(string octets)
    {
        Step(octets, awaits: true);
        return Take();
    }

    /// <summary>
    /// Octets that come while an answer is owed, if one is: that is given behind them, and the next one is owed still.
    /// </summary>
    public string Arrive(string octets)
    {
        bool isOwed = IsWaiting;
        Step(octets, awaits: false);
        if (isOwed)
        {
            Settle();
            if (!IsWaiting)
                Step("", awaits: false);
        }
        return Take();
    }

    /// <summary>Ends the session, if it has not ended, and says what must hold of each that has.</summary>
    public void End()
    {
        foreach (HandledTable table in _tables)
            if (!IsWaiting)
                table.CheckOutside();
        if (!IsClosed)
            Assert.Equal(Fault.None, _stepped.End());
        for (int rounds = 0; !_all.IsEmpty; rounds++)
        {
            Assert.True(rounds < 100, "the session does not end");
            _host.AnswerAnyway();
            if (_later.TryDequeue(out Action? action))
                action();
            else
                _clock.Turn(LongTime);
            while (_elsewhere.TryDequeue(out IJob? job))
                job.Run();
        }
        Assert.Equal(Fault.None, _stepped.Step("NOOP\r\n"u8, out ReadOnlyMemory<byte> more, out SteppedWant want));
        Assert.True(more.IsEmpty && want == SteppedWant.Close, "it speaks behind its end");
        _host.ForgetLate();
        _later.Clear();
        CheckEnd();
    }

    private void CheckEnd()
    {
        Assert.True(_failures.Count == 0, string.Join("\n", _failures));
        Assert.Equal(1, _watched.Closings);
        Assert.Equal((0, 0L, 0), (_pending.Count, _memory.Taken, _spool.Open));
        foreach (HandledTable table in _tables)
            Assert.Equal(table.IsCalled ? 1 : 0, table.Ends);
        if (!_host.HasTaken)
            Assert.Equal(_spool.Committed, _handled.Messages);
        if (Directory.Exists(s_scratch))
            Directory.Delete(s_scratch); // which it cannot while there is a file
    }

    private static RelayPolicy Policy()
    {
        var domains = new LocalDomains(["d"], static _ => false);
        Account[] users = [.. ((string[])["user", "c", "e", "f"]).Select(name =>
        {
            Assert.True(Account.TryParse($"{name};secret;/nowhere;PS", "/", out Account user, out _));
            return user;
        })];
        return new RelayPolicy(new Accounts(users, domains, "realm", "/nowhere"), domains, AddressRanges.Empty);
    }

    private void Note(LogLevel level, string area, string text)
    {
        if (text.Contains("Exception", StringComparison.Ordinal)
            && !text.Contains(HandledHost.FailureText, StringComparison.Ordinal))
            _failures.Add(text);
    }

    private void RunElsewhere(IJob job)
    {
        _isWoken = true;
        _elsewhere.Enqueue(job);
    }

    /// <summary>
    /// Gives the session what it waits for, an answer of the host's, the spool, or time; and carries it on.
    /// </summary>
    private void Settle()
    {
        _isWoken = false;
        if (_host.TryAnswer(out bool refuses))
            Assert.True(_isWoken || _all.IsEmpty, "an answer wakes nobody");
        while (!_isWoken && _later.TryDequeue(out Action? action))
            action();
        if (!_isWoken)
            _clock.Turn(LongTime);
        Assert.True(_isWoken, "the session waits for nothing");
        int before = _heard.Length;
        StepOnce("");
        Assert.False(refuses && _heard.Length > before && _heard[before] is '2' or '3',
            "what a host refuses was taken");
    }

    private void Step(string octets, bool awaits)
    {
        StepOnce(octets);
        while (_wants is not (SteppedWant.Read or SteppedWant.Close) && (awaits || _wants != SteppedWant.Wait))
        {
            if (_wants == SteppedWant.Wait)
            {
                Settle();
                continue;
            }
            if (_wants == SteppedWant.Tls)
                Assert.Equal(Fault.None, _stepped.BeginTls("TLSv1.3"));
            StepOnce("");
        }
    }

    private void StepOnce(string octets)
    {
        Assert.Equal(Fault.None, _stepped.Step(
            Encoding.Latin1.GetBytes(octets), out ReadOnlyMemory<byte> output, out _wants));
        _heard.Append(Encoding.UTF8.GetString(output.Span));
    }

    private string Take()
    {
        string heard = _heard.ToString();
        _heard.Clear();
        return heard;
    }
}
