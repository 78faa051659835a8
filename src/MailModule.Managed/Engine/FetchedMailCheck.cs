using MailModule.Delivery.Forwarding;
using MailModule.Delivery.Outgoing;
using MailModule.Engine.Retrieving;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Policy.SenderLists;
using MailModule.Primitives;

namespace MailModule.Engine;

/// <summary>
/// The checks of strangers' mail for a message that was fetched (decision 0081): those that need no connection of its
/// sender. Any thread.
/// </summary>
internal sealed class FetchedMailCheck(EngineSettings settings, SenderChecks shared, UsageCache usages, Log log)
    : IFetchedMailCheck
{
    private const int PieceLength = 64 * 1024;

    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(5), FreshIfFull = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public bool HasRoom(Recipient recipient, long octets)
    {
        RelayPolicy policy = settings.Current.Relay;
        return recipient.Maildrop is not { } maildrop || policy.Quotas.Of(maildrop) is not { } quota
            || policy.Accounts.HomeOf(maildrop) is not { } home
            || HasRoom(quota, home, octets, FreshFor) || HasRoom(quota, home, octets, FreshIfFull);
    }

    /// <inheritdoc/>
    public FetchedMailRefusal? Check(Envelope envelope, SubmissionContent content, CancellationToken cancel)
    {
        CheckRules rules = settings.Current.Checks;
        return ByScript(envelope, content, cancel) ?? BySender(rules, envelope) ?? ByFilters(rules, envelope, content);
    }

    // One that cannot be looked at has room: delivery will tell.
    private bool HasRoom(MailboxQuota quota, string home, long octets, TimeSpan freshFor)
        => usages.Get(home, freshFor, out MailboxUsage usage) != Fault.None
            || quota.Check(usage.Octets, usage.Messages, octets) == QuotaVerdict.Within;

    // What does harm is brought to nobody, and what cannot be looked at has to wait: both stay there.
    private FetchedMailRefusal? ByScript(Envelope envelope, SubmissionContent content, CancellationToken cancel)
    {
        if (shared.Antivirus.Begin() is not { } copy)
            return null;
        try
        {
            ForEach(content, long.MaxValue, copy.AppendNow);
            if (cancel.IsCancellationRequested)
                return null;
            ScanAnswer answer = shared.Antivirus.Scan(envelope, copy);
            if (answer.End == ScanEnd.Unknown)
                log.Write(LogLevel.Error, "fetch", $"antivirus: {answer.Why}; the message has to wait");
            return answer.End == ScanEnd.Clean ? null : new FetchedMailRefusal(null, $"antivirus: {answer.Why}");
        }
        finally
        {
            copy.Discard();
        }
    }

    private FetchedMailRefusal? BySender(CheckRules rules, Envelope envelope)
    {
        if (rules.Blacklist.Find(envelope.ReversePath) is { } entry)
            return Into($"blacklist: {entry}");
        if (!rules.Lists.IsAny)
            return null;
        Recipient recipient = envelope.Recipients[0];
        string? home = rules.Lists.ArePersonal && recipient.Maildrop is { } maildrop
            ? settings.Current.Accounts.HomeOf(maildrop)
            : null;
        // No rule that asks about the client is met: nobody knows it.
        var judge = new ListJudge(shared, rules, home, static _ => new(false), static () => new(false));
        SenderVerdict verdict = judge.Judge(new ListFacts(envelope, [recipient.Address]))
            .AsTask().GetAwaiter().GetResult();
        return verdict.Class == SenderClass.Bad ? Into($"badlist: {verdict.Rule}") : null;
    }

    private FetchedMailRefusal? ByFilters(CheckRules rules, Envelope envelope, SubmissionContent content)
    {
        if (!rules.Filters.IsAny)
            return null;
        var sample = new ContentSample(rules.Filters.Spam is not null);
        ForEach(content, ContentSample.SpamLength, sample.Add);
        var filters = new ContentFilters(rules, envelope, sample, helloChecksOut: false) { Log = log };
        return filters.FindHit() is { } hit ? Into(hit) : null;
    }

    private static FetchedMailRefusal Into(string why) => new(DmarcEnforcement.Folder, why);

    private static void ForEach(SubmissionContent content, long most, OctetsTaken take)
    {
        byte[] piece = new byte[PieceLength];
        for (long offset = 0; offset < most;)
        {
            Fault fault = content.Read(piece, offset, out int count);
            if (fault != Fault.None)
                throw new IOException(FaultReason.Take(fault) ?? FaultWords.Of(fault));
            if (count == 0)
                return;
            take(piece.AsSpan(0, count));
            offset += count;
        }
    }

    private delegate void OctetsTaken(ReadOnlySpan<byte> octets);
}
