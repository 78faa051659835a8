using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Delivery.Local;

/// <summary>
/// Quotas at delivery. A mailbox that is full takes nothing more: what was accepted for it waits, as for a full disk.
/// The log says once when one is nearly full. One thread.
/// </summary>
/// <param name="rules">Those of the moment.</param>
internal sealed class MailboxQuotas(UsageCache usages, Func<QuotaRules> rules, Log log)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(5), FreshIfFull = TimeSpan.FromSeconds(5);

    /// <summary>It has no room, whatever is to come.</summary>
    public bool IsFull(string maildrop, string home)
    {
        if (rules().Of(maildrop) is not { } quota)
            return false;
        return IsFull(quota, home, FreshFor) && IsFull(quota, home, FreshIfFull);
    }

    /// <summary>A message has been put into it.</summary>
    public void Delivered(string maildrop, string home, long octets)
    {
        QuotaRules current = rules();
        if (current.WarnPercent == 0 || current.Of(maildrop) is not { } quota
            || usages.Get(home, FreshFor, out MailboxUsage usage) != Fault.None)
            return;
        int now = quota.PercentOf(usage.Octets, usage.Messages);
        int before = quota.PercentOf(usage.Octets - octets, usage.Messages - 1);
        if (now >= current.WarnPercent && before < current.WarnPercent)
            log.Write(
                LogLevel.Warning, "quota", $"the mailbox of {maildrop} is {now} % full: {usage.Octets} octets, "
                    + $"{usage.Messages} messages");
    }

    // Who has deleted mail by another program does not wait for the next measuring.
    private bool IsFull(MailboxQuota quota, string home, TimeSpan freshFor)
        => usages.Get(home, freshFor, out MailboxUsage usage) == Fault.None
            && quota.Check(usage.Octets, usage.Messages, more: 0) == QuotaVerdict.Over;
}
