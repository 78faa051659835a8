using MailModule.Dns;

namespace MailModule.Tests.Dns;

public class DnsCacheTests
{
    private const string Domain = "example.org";
    private const long Plenty = 1 << 20;

    private readonly ManualClock _clock = new();
    private readonly ScriptedDns _dns = new();

    [Fact]
    public void An_answer_is_kept_for_its_time_to_live_and_no_longer()
    {
        _dns.Answer(Domain, DnsType.Txt, Ok(TimeSpan.FromSeconds(100)));
        DnsCache cache = New();
        AssertAsked(cache, 1, Domain, "EXAMPLE.org.", Domain);
        _clock.Advance(TimeSpan.FromSeconds(99));
        AssertAsked(cache, 1, Domain);
        _clock.Advance(TimeSpan.FromSeconds(1));
        AssertAsked(cache, 2, Domain);
    }

    [Fact]
    public void A_question_that_is_under_way_is_not_asked_once_more()
    {
        var dns = new OpenDns();
        var cache = new DnsCache(dns, Plenty, _clock);
        Task<DnsAnswer>[] waits = [Ask(cache, Domain), Ask(cache, "EXAMPLE.org."), Ask(cache, "other.org")];
        Assert.Equal([Domain, "other.org"], dns.Asked.Select(asked => asked.Name));
        DnsAnswer answer = Ok(TimeSpan.Zero);
        dns.Answers[0].SetResult(answer);
        Assert.All(waits[..2], wait => Assert.Same(answer, wait.Awaited()));
        Assert.False(waits[2].IsCompleted);
        // Nothing was to be kept of it.
        Assert.False(Ask(cache, Domain).IsCompleted);
        Assert.Equal(3, dns.Asked.Count);
    }

    [Fact]
    public void One_that_is_cancelled_leaves_the_others_waiting_and_the_last_one_ends_the_question()
    {
        var dns = new OpenDns();
        var cache = new DnsCache(dns, Plenty, _clock);
        using CancellationTokenSource one = new(), two = new();
        Task<DnsAnswer> first = Ask(cache, Domain, one.Token), second = Ask(cache, Domain, two.Token);
        one.Cancel();
        Assert.Equal(DnsStatus.Cancelled, first.Awaited().Status);
        Assert.False(second.IsCompleted);
        two.Cancel();
        Assert.Equal(DnsStatus.Cancelled, second.Awaited().Status);
        Assert.Equal(DnsStatus.Cancelled, dns.Answers[0].Task.Awaited().Status);
        Task<DnsAnswer> third = Ask(cache, Domain);
        dns.Answers[1].SetResult(Ok(TimeSpan.Zero));
        Assert.Equal(DnsStatus.Ok, third.Awaited().Status);
    }

    [Fact]
    public void A_question_that_fails_unexpectedly_fails_for_all_and_is_asked_anew()
    {
        var dns = new OpenDns();
        var cache = new DnsCache(dns, Plenty, _clock);
        Task<DnsAnswer>[] waits = [Ask(cache, Domain), Ask(cache, Domain)];
        dns.Answers[0].SetException(new InvalidOperationException("made up"));
        Assert.All(waits, wait => Assert.Throws<InvalidOperationException>(() => wait.Awaited()));
        Assert.False(Ask(cache, Domain).IsCompleted);
    }

    [Fact]
    public void What_is_kept_is_what_was_answered()
    {
        DnsAnswer answer = Ok(TimeSpan.FromSeconds(100));
        _dns.Answer(Domain, DnsType.Txt, answer);
        DnsCache cache = New();
        Assert.Same(answer, cache.Query(Domain, DnsType.Txt, default));
        Assert.Same(answer, cache.Query(Domain, DnsType.Txt, default));
    }

    [Fact]
    public void Types_are_kept_apart()
    {
        DnsCache cache = New();
        _dns.Answer(Domain, DnsType.Txt, Ok(TimeSpan.FromSeconds(100)));
        Assert.Equal(DnsStatus.Ok, cache.Query(Domain, DnsType.Txt, default).Status);
        Assert.Equal(DnsStatus.NoData, cache.Query(Domain, DnsType.Mx, default).Status);
        Assert.Equal(DnsStatus.NoData, cache.Query(Domain, DnsType.A, default).Status);
        Assert.Equal(3, _dns.Asked.Length);
        Assert.Equal(DnsStatus.NoData, cache.Query(Domain, DnsType.Mx, default).Status);
        Assert.Equal(3, _dns.Asked.Length);
    }

    [Fact]
    public void A_name_that_is_not_there_is_not_there_for_any_type()
    {
        DnsCache cache = New();
        Assert.Equal(DnsStatus.NxDomain, cache.Query("nothere.org", DnsType.Mx, default).Status);
        Assert.Equal(DnsStatus.NxDomain, cache.Query("nothere.org", DnsType.A, default).Status);
        Assert.Single(_dns.Asked);
    }

    [Fact]
    public void A_missing_name_at_the_end_of_a_cname_is_not_the_name_that_was_asked_for()
    {
        DnsCache cache = New();
        _dns.Answer(Domain, DnsType.Mx,
            new DnsAnswer(DnsStatus.NxDomain, [], "other.org") { TimeToLive = TimeSpan.FromMinutes(1) });
        _dns.Answer(Domain, DnsType.Cname, Ok(TimeSpan.FromMinutes(1)));
        Assert.Equal(DnsStatus.NxDomain, cache.Query(Domain, DnsType.Mx, default).Status);
        Assert.Equal(DnsStatus.Ok, cache.Query(Domain, DnsType.Cname, default).Status);
        Assert.Equal(DnsStatus.NxDomain, cache.Query(Domain, DnsType.Mx, default).Status);
        Assert.Equal(2, _dns.Asked.Length);
    }

    [Theory]
    [InlineData(DnsStatus.Failed)]
    [InlineData(DnsStatus.TimedOut)]
    [InlineData(DnsStatus.Cancelled)]
    internal void Failures_are_not_kept(DnsStatus status)
    {
        _dns.Answer(Domain, DnsType.Txt, new DnsAnswer(status, [], Domain) { TimeToLive = TimeSpan.FromHours(1) });
        AssertAsked(New(), 2, Domain, Domain);
    }

    [Fact]
    public void An_answer_without_time_to_live_is_not_kept()
    {
        _dns.Answer(Domain, DnsType.Txt, Ok(TimeSpan.Zero));
        AssertAsked(New(), 2, Domain, Domain);
    }

    [Fact]
    public void No_answer_is_kept_for_longer_than_a_day_and_no_missing_name_for_longer_than_an_hour()
    {
        _dns.Answer(Domain, DnsType.Txt, Ok(TimeSpan.MaxValue));
        _dns.Answer("nothere.org", DnsType.Txt,
            new DnsAnswer(DnsStatus.NxDomain, [], "nothere.org") { TimeToLive = TimeSpan.FromDays(7) });
        DnsCache cache = New();
        AssertAsked(cache, 2, Domain, "nothere.org");
        _clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        AssertAsked(cache, 2, Domain, "nothere.org");
        _clock.Advance(TimeSpan.FromSeconds(1));
        AssertAsked(cache, 3, Domain, "nothere.org");
        _clock.Advance(TimeSpan.FromHours(23));
        AssertAsked(cache, 5, Domain, "nothere.org");
    }

    [Fact]
    public void Age_counts_from_when_the_question_was_asked()
    {
        var slow = new SlowDns(_dns, () => _clock.Advance(TimeSpan.FromSeconds(30)));
        var cache = new DnsCache(slow, Plenty, _clock);
        _dns.Answer(Domain, DnsType.Txt, Ok(TimeSpan.FromSeconds(40)));
        AssertAsked(cache, 1, Domain);
        _clock.Advance(TimeSpan.FromSeconds(9));
        AssertAsked(cache, 1, Domain);
        _clock.Advance(TimeSpan.FromSeconds(1));
        AssertAsked(cache, 2, Domain);
    }

    [Fact]
    public void Room_is_bounded_and_what_was_used_longest_ago_goes_first()
    {
        DnsCache cache = New(limit: 20_000);
        for (int i = 0; i < 1000; i++)
        {
            _dns.Answer($"m{i}.org", DnsType.Txt, Ok(TimeSpan.FromHours(1)));
            cache.Query($"m{i}.org", DnsType.Txt, default);
            cache.Query("m0.org", DnsType.Txt, default);
        }
        Assert.InRange(cache.Count, 10, 50);
        AssertAsked(cache, 1000, "m0.org", "m999.org", "m990.org");
        AssertAsked(cache, 1001, "m1.org");
    }

    [Fact]
    public void An_answer_too_big_for_all_of_the_room_is_not_kept_and_drives_nobody_out()
    {
        DnsCache cache = New(limit: 20_000);
        _dns.Answer(Domain, DnsType.Txt, Ok(TimeSpan.FromHours(1)));
        _dns.Ok("big.org", DnsType.Txt, new TxtRecord("big.org", TimeSpan.FromHours(1), new string('x', 60_000)));
        AssertAsked(cache, 2, Domain, "big.org");
        AssertAsked(cache, 3, Domain, "big.org");
    }

    [Fact]
    public void An_expired_entry_gives_its_room_back()
    {
        DnsCache cache = New();
        _dns.Answer(Domain, DnsType.Txt, Ok(TimeSpan.FromSeconds(1)));
        for (int i = 1; i <= 10_000; i++)
        {
            cache.Query(Domain, DnsType.Txt, default);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        _dns.Answer("other.org", DnsType.Txt, Ok(TimeSpan.FromHours(1)));
        AssertAsked(cache, 10_001, "other.org", "other.org");
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public void Many_threads_may_ask_at_once()
    {
        DnsCache cache = New(limit: 5_000);
        for (int i = 0; i < 20; i++)
            _dns.Answer($"m{i}.org", DnsType.Txt, Ok(TimeSpan.FromHours(1)));
        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            for (int i = 0; i < 5000; i++)
                wrong += cache.Query($"m{random.Next(20)}.org", DnsType.Txt, default).Status == DnsStatus.Ok ? 0 : 1;
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal(0, wrong);
        Assert.InRange(cache.Count, 1, 12);
    }

    [Fact]
    public void What_is_no_name_is_not_asked_for()
    {
        Assert.Equal(DnsStatus.BadName, New().Query("a..b", DnsType.A, default).Status);
        Assert.Empty(_dns.Asked);
    }

    private static DnsAnswer Ok(TimeSpan life)
        => new(DnsStatus.Ok, [new TxtRecord(Domain, life, "text")], Domain) { TimeToLive = life };

    private static Task<DnsAnswer> Ask(DnsCache cache, string name, CancellationToken cancel = default)
        => cache.Ask(new DnsQuestion(name, DnsType.Txt), cancel).AsTask();

    private DnsCache New(long limit = Plenty) => new(_dns, limit, _clock);

    private void AssertAsked(DnsCache cache, int times, params string[] names)
    {
        foreach (string name in names)
            cache.Query(name, DnsType.Txt, default);
        Assert.Equal(times, _dns.Asked.Length);
    }

    private sealed class SlowDns(IDns other, Action meanwhile) : IDns
    {
        public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
        {
            meanwhile();
            return other.Ask(question, cancel);
        }
    }

    /// <summary>Its answers are the test's, or come with a cancel.</summary>
    private sealed class OpenDns : IDns
    {
        public List<DnsQuestion> Asked { get; } = [];
        public List<TaskCompletionSource<DnsAnswer>> Answers { get; } = [];

        public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
        {
            var answer = new TaskCompletionSource<DnsAnswer>();
            cancel.Register(() => answer.TrySetResult(DnsAnswer.Cancelled(question.Name)));
            Asked.Add(question);
            Answers.Add(answer);
            return new ValueTask<DnsAnswer>(answer.Task);
        }
    }
}
