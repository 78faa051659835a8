using System.Net;
using MailModule.Engine.Settings;
using MailModule.Policy.DnsLists;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// What zones say about one client. They are asked once, all of them together, when it connects; who wants to know
/// waits for that, and goes on on a worker.
/// </summary>
internal sealed class ClientZones(SenderChecks shared, CheckRules rules, IPAddress client, CheckResults results)
{
    private TaskCompletionSource<DnsListResult[]>? _answers;

    /// <summary>All have answered, or were not asked.</summary>
    public bool AreKnown => _answers is null or { Task.IsCompleted: true };

    public void BeginLookUp()
    {
        _answers = new TaskCompletionSource<DnsListResult[]>();
        shared.RunJob(new BeginningJob(LookUp));
    }

    /// <summary>The first zone of <c>dnsbl</c> that lists the client, unless one of <c>dnswl</c> does; null if none
    /// does.</summary>
    public async ValueTask<DnsListResult?> Listed()
    {
        DnsListResult[] answers = await Answers().ConfigureAwait(false);
        bool isGood = answers.Skip(rules.Zones.Bad.Count).Any(result => result.IsListed);
        return isGood ? null : answers.Take(rules.Zones.Bad.Count).FirstOrDefault(result => result.IsListed);
    }

    /// <summary>A zone of <c>dnswl</c> lists the client.</summary>
    public async ValueTask<bool> IsGood()
        => rules.Zones.Good.Count > 0
            && (await Answers().ConfigureAwait(false)).Skip(rules.Zones.Bad.Count).Any(result => result.IsListed);

    /// <summary>One of these zones lists the client.</summary>
    public async ValueTask<bool> AreListed(IReadOnlyList<DnsListZone> zones)
    {
        DnsListOptions options = rules.Zones.Options with { WantsText = false };
        DnsListResult[] answers = await shared.Zones.Ask(zones, client, options, shared.Stopping)
            .OnWorker(shared.RunJob).ConfigureAwait(false);
        return Array.Exists(answers, result => result.IsListed);
    }

    /// <summary>
    /// Hands <paramref name="next"/> over when all have answered, of whom not all have yet. No continuation of a task
    /// runs it: where sessions are stepped it belongs to the thread that steps.
    /// </summary>
    public void WhenKnown(Action<IJob> runJob, IJob next)
        => _answers!.Task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => runJob(next));

    private ValueTask<DnsListResult[]> Answers()
        => _answers is { } answers ? new ValueTask<DnsListResult[]>(answers.Task).OnWorker(shared.RunJob) : new([]);

    private async Task LookUp()
    {
        DnsListResult[] answers = [];
        try
        {
            answers = await shared.Zones.Ask(
                [.. rules.Zones.Bad, .. rules.Zones.Good], client, rules.Zones.Options, shared.Stopping)
                .ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Sessions wait for an answer, whatever has happened.
            shared.Log.Write(LogLevel.Error, "dnsbl", $"a look-up failed: {exception}");
        }
        results.Set(answers);
        _answers!.SetResult(answers);
    }
}
