using MailModule.Dns;
using MailModule.Dns.Local;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Dns;

/// <summary>
/// As a check of a message will ask: its names at once with one deadline, of the resolver that the engine has, while
/// nothing waits for them.
/// </summary>
public sealed class QuestionSetTests : IDisposable
{
    private static readonly TimeSpan Hours = TimeSpan.FromHours(5);
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(60);

    private static readonly DnsQuestion[] Ten =
    [
        new("sender.example", DnsType.Txt), new("_dmarc.sender.example", DnsType.Txt),
        new("key._domainkey.sender.example", DnsType.Txt), new("never1.example", DnsType.Txt),
        new("never2.example", DnsType.A), new("2.2.0.192.zone1.example", DnsType.A),
        new("2.2.0.192.zone2.example", DnsType.A), new("2.2.0.192.zone3.example", DnsType.A),
        new("never3.example", DnsType.A), new("sender.example", DnsType.Mx),
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly Workers _workers = new(1);

    public void Dispose()
    {
        Assert.True(_workers.Stop(Enough));
        _folder.Dispose();
    }

    [Fact]
    public void Answers_come_in_the_order_of_the_questions_and_the_deadline_ends_the_rest()
    {
        using var server = new ScriptedDnsServer(AnswerSome);
        using var answered = new CountdownEvent(7);
        using var clock = new DeadlineClock();
        Task<DnsAnswer[]> set = new CountedDns(New(server), answered).AskAll(Ten, Hours, default, clock).AsTask();
        Assert.True(answered.Wait(Enough));
        Assert.False(set.IsCompleted);
        answered.Reset(3);
        clock.Strike();
        DnsAnswer[] answers = set.Awaited();
        Assert.Equal(Hours, clock.Due);
        Assert.Equal(
            [
                DnsStatus.Ok, DnsStatus.Ok, DnsStatus.Ok, DnsStatus.TimedOut, DnsStatus.TimedOut, DnsStatus.NxDomain,
                DnsStatus.NxDomain, DnsStatus.NxDomain, DnsStatus.TimedOut, DnsStatus.NoData,
            ],
            answers.Select(answer => answer.Status));
        Assert.Equal(["sender.example", "_dmarc.sender.example", "key._domainkey.sender.example"],
            answers.Take(3).Select(answer => ((TxtRecord)answer.Records.Single()).Text));
        Assert.All(answers, answer => Assert.Equal(answer.Status == DnsStatus.TimedOut, answer.IsTemporary));
    }

    [Fact]
    public void A_cancel_in_the_middle_ends_the_rest_at_once_and_what_was_answered_stays()
    {
        using var server = new ScriptedDnsServer(AnswerSome);
        using var cancel = new CancellationTokenSource();
        using var answered = new CountdownEvent(7);
        Task<DnsAnswer[]> set = new CountedDns(New(server), answered).AskAll(Ten, Hours, cancel.Token).AsTask();
        Assert.True(answered.Wait(Enough));
        Assert.False(set.IsCompleted);
        answered.Reset(3);
        cancel.Cancel();
        Assert.True(((IAsyncResult)set).AsyncWaitHandle.WaitOne(Enough));
        DnsAnswer[] answers = set.Awaited();
        Assert.Equal([3, 4, 8], Enumerable.Range(0, 10).Where(i => answers[i].Status == DnsStatus.Cancelled));
    }

    [Fact]
    public void What_is_cancelled_before_is_not_asked()
    {
        using var server = new ScriptedDnsServer(AnswerSome);
        var cancelled = new CancellationToken(canceled: true);
        DnsAnswer[] answers = New(server).AskAll(Ten, Hours, cancelled).Wait();
        Assert.All(answers, answer => Assert.Equal(DnsStatus.Cancelled, answer.Status));
        Assert.Empty(server.Questions);
    }

    /// <summary>There is one worker: a question that held it would keep the next from being asked.</summary>
    [Fact]
    public void Questions_hold_no_worker_and_what_follows_may_run_on_one()
    {
        using var server = new ScriptedDnsServer(AnswerSome);
        using var cancel = new CancellationTokenSource();
        IDns dns = New(server);
        Task<bool>[] sets = new Task<bool>[20];
        using var begun = new CountdownEvent(sets.Length);
        for (int i = 0; i < sets.Length; i++)
            _workers.Run(new Job(i, n =>
            {
                sets[n] = IsEndedOnWorker(dns, _workers, cancel.Token);
                begun.Signal();
            }));
        Assert.True(begun.Wait(Enough));
        Assert.All(sets, set => Assert.False(set.IsCompleted));
        cancel.Cancel();
        Assert.All(sets, set => Assert.True(set.Awaited()));
    }

    private static async Task<bool> IsEndedOnWorker(IDns dns, Workers workers, CancellationToken cancel)
    {
        await dns.AskAll(Ten, Hours, cancel).OnWorker(workers);
        return Workers.IsCurrent;
    }

    /// <summary>Silent to names that begin with "never".</summary>
    private static void AnswerSome(ReceivedQuery asked)
    {
        if (asked.Name.StartsWith("never", StringComparison.Ordinal))
            return;
        byte[] text = [(byte)asked.Name.Length, .. asked.Name.Select(letter => (byte)letter)];
        asked.Send(asked.Type switch
        {
            DnsType.Txt => asked.Response().Answer(asked.Name, DnsType.Txt, text),
            DnsType.A => asked.Response().Code(3),
            _ => asked.Response(),
        });
    }

    private IDns New(ScriptedDnsServer server)
        => Resolver.Create(new ResolverOptions
        {
            Servers = [server.EndPoint],
            HostsFile = _folder.In("hosts"),
            Timeout = Hours,
        });

    /// <summary>Counts the answers of another resolver.</summary>
    private sealed class CountedDns(IDns inner, CountdownEvent answered) : IDns
    {
        public async ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
        {
            DnsAnswer answer = await inner.Ask(question, cancel);
            answered.Signal();
            return answer;
        }
    }

    /// <summary>A clock with one timer, which is due when the test says so.</summary>
    private sealed class DeadlineClock : TimeProvider, ITimer
    {
        private Action? _callback;

        public TimeSpan Due { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = () => callback(state);
            Due = dueTime;
            return this;
        }

        public void Strike() => _callback!();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Job(int number, Action<int> action) : IJob
    {
        public void Run() => action(number);
    }
}
