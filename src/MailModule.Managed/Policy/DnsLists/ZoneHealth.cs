using System.Net;
using MailModule.Dns;

namespace MailModule.Policy.DnsLists;

/// <summary>
/// Whether a zone does, for one family of addresses, what a list must: it lists 127.0.0.2 and does not list 127.0.0.1
/// (RFC 5782 §5; IPv6: ::FFFF:7F00:2 and ::FFFF:7F00:1). One that has been given up often lists everybody, or nobody.
/// Asked at the first use and now and then; a zone that fails is left out until it does well again. Any thread.
/// </summary>
/// <param name="clock">Says when it is time to ask again.</param>
/// <param name="tell">Gets what is wrong, once; null: all is well again.</param>
internal sealed class ZoneHealth(string zone, bool isV6, TimeProvider clock, Action<string?> tell)
{
    /// <summary>How long a zone that did well is believed.</summary>
    public static readonly TimeSpan GoodFor = TimeSpan.FromHours(1);

    /// <summary>How long a zone that failed is left alone.</summary>
    public static readonly TimeSpan BadFor = TimeSpan.FromMinutes(5);

    // ::ffff:7f00:2, nibble by nibble from the last on, without its first
    private const string MappedLoopbackNet = ".0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";

    private readonly Lock _lock = new();
    private Task? _check;
    private ZoneProblem? _problem;
    private long _checked;
    private bool _isKnown;

    /// <summary>Why it is left out; null if it is not, or nobody has looked yet.</summary>
    public ZoneProblem? Problem
    {
        get
        {
            lock (_lock)
                return _problem;
        }
    }

    /// <summary>
    /// Looks if it is time to; whoever asks first waits for what comes of it, others go by what is known. To be called
    /// as <see cref="IDns.Ask"/> is.
    /// </summary>
    /// <param name="timeout">For the look.</param>
    /// <param name="stop">Ends it, and nothing is learned.</param>
    /// <returns>Null: the zone may be used.</returns>
    public async ValueTask<ZoneProblem?> Look(IDns dns, TimeSpan timeout, CancellationToken stop)
    {
        Task? check = null;
        TaskCompletionSource? begun = null;
        lock (_lock)
        {
            if (_check is null && IsDue())
                _check = (begun = new TaskCompletionSource()).Task;
            if (!_isKnown)
                check = _check;
        }
        if (begun is not null)
            _ = Check(dns, timeout, begun, stop);
        if (check is not null)
            await check.ConfigureAwait(false);
        lock (_lock)
            return _isKnown ? _problem : ZoneProblem.NotLookedAt;
    }

    private bool IsDue() => !_isKnown || clock.GetElapsedTime(_checked) >= (_problem is null ? GoodFor : BadFor);

    private async Task Check(IDns dns, TimeSpan timeout, TaskCompletionSource begun, CancellationToken stop)
    {
        ZoneProblem? problem = ZoneProblem.NotLookedAt;
        try
        {
            DnsQuestion[] questions = [Question(listed: true), Question(listed: false)];
            DnsAnswer[] answers = await dns.AskAll(questions, timeout, stop).ConfigureAwait(false);
            problem = ProblemOf(answers[0], answers[1]);
        }
        finally
        {
            End(problem, isLearned: !stop.IsCancellationRequested);
            begun.SetResult();
        }
    }

    private void End(ZoneProblem? problem, bool isLearned)
    {
        bool isNews;
        lock (_lock)
        {
            _check = null;
            isNews = isLearned && (problem is null) != (_problem is null);
            if (isLearned)
                (_problem, _isKnown, _checked) = (problem, true, clock.GetTimestamp());
        }
        if (isNews)
            tell(problem?.Text);
    }

    private DnsQuestion Question(bool listed)
        => new((isV6 ? (listed ? "2" : "1") + MappedLoopbackNet : (listed ? "2" : "1") + ".0.0.127") + $".{zone}",
            DnsType.A);

    private static ZoneProblem? ProblemOf(DnsAnswer good, DnsAnswer none)
    {
        if (good.IsTemporary || none.IsTemporary)
            return ZoneProblem.NoAnswer((good.IsTemporary ? good : none).Text);
        IPAddress[] answers = [.. good.Records.OfType<AddressRecord>().Select(record => record.Address)];
        if (Array.Find(answers, DnsListZone.IsRefusal) is { } refusal)
            return ZoneProblem.Refusal(refusal);
        if (none.Status == DnsStatus.Ok)
            return ZoneProblem.NoList("it lists 127.0.0.1, and so perhaps everybody");
        return Array.Exists(answers, DnsListZone.IsAnswer) ? null
            : ZoneProblem.NoList("it does not list its test entry, 127.0.0.2 (RFC 5782)");
    }
}
