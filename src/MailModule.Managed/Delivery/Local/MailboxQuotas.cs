using MailModule.Delivery.Queue;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Delivery.Local;

/// <summary>
/// Quotas at delivery. A mailbox that is full takes nothing more: what was accepted for it waits, as for a full disk.
/// The log and the host hear once when one is nearly full, and once when it is full. One thread.
/// </summary>
/// <param name="rules">Those of the moment.</param>
/// <param name="warn">Tells the host: of which delivery, and what the mailbox holds by it. Must not block.</param>
internal sealed class MailboxQuotas(
    UsageCache usages, Func<QuotaRules> rules, Log log, Action<PendingDelivery, MailboxLevel> warn)
{
    private const int Full = 100;

    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(5), FreshIfFull = TimeSpan.FromSeconds(5);

    /// <summary>It has no room, whatever is to come.</summary>
    public bool IsFull(string maildrop, string home)
    {
        if (rules().Of(maildrop) is not { } quota)
            return false;
        return IsFull(quota, home, FreshFor) && IsFull(quota, home, FreshIfFull);
    }

    /// <summary>A message has been put into it.</summary>
    public void Delivered(in PendingDelivery delivery, string home)
    {
        QuotaRules current = rules();
        if (current.WarnPercent == 0 || current.Of(delivery.Maildrop) is not { } quota
            || usages.Get(home, FreshFor, out MailboxUsage usage) != Fault.None)
            return;
        int now = quota.PercentOf(usage.Octets, usage.Messages);
        int before = quota.PercentOf(usage.Octets - delivery.Entry.Content.Length, usage.Messages - 1);
        if (Passes(current.WarnPercent, before, now) || Passes(Full, before, now))
            Warn(delivery, quota, usage, now);
    }

    private static bool Passes(int percent, int before, int now) => before < percent && now >= percent;

    private void Warn(in PendingDelivery delivery, MailboxQuota quota, MailboxUsage usage, int percent)
    {
        log.Write(
            LogLevel.Warning, "quota", $"the mailbox of {delivery.Maildrop} is {percent} % full: {usage.Octets} "
                + $"octets, {usage.Messages} messages");
        warn(
            delivery,
            new MailboxLevel(delivery.Maildrop, usage.Octets, quota.Octets, usage.Messages, quota.Messages)
            { IsFull = percent >= Full });
    }

    // Who has deleted mail by another program does not wait for the next measuring.
    private bool IsFull(MailboxQuota quota, string home, TimeSpan freshFor)
        => usages.Get(home, freshFor, out MailboxUsage usage) == Fault.None
            && quota.Check(usage.Octets, usage.Messages, more: 0) == QuotaVerdict.Over;
}
