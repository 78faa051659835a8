using MailModule.Delivery.Local;
using MailModule.Mailbox;
using MailModule.Primitives;

namespace MailModule.Engine.Serving;

/// <summary>
/// Deletes what has been in a mailbox for too long (the setting <c>pop_expire</c>), as QUIT does: durably, with the
/// deliveries made durable before.
/// </summary>
internal sealed class ExpiredMail(LocalDelivery delivery, TimeProvider clock, Log log)
{
    /// <summary>
    /// Messages that one login deletes at most, so that the client has its answer soon however long the mailbox was
    /// left; the rest goes at the next ones.
    /// </summary>
    public int Most { get; init; } = 5000;

    /// <summary>
    /// True if some was deleted: the maildrop still numbers it, and is to be opened anew. What cannot be deleted now
    /// stays, and is tried again at the next login. Blocks.
    /// </summary>
    /// <param name="maildrop">Held by the caller.</param>
    /// <param name="age">From the time of delivery, which a message's name tells; whose name tells none stays.</param>
    public bool Delete(IMaildrop maildrop, TimeSpan age, string user)
    {
        long before = (clock.GetUtcNow() - age).ToUnixTimeSeconds();
        int[] expired =
            [.. Enumerable.Range(0, maildrop.Count).Where(i => IsBefore(maildrop.Traits(i).Received, before))
                .Take(Most)];
        if (expired.Length == 0)
            return false;
        int failed = expired.Length;
        Fault fault = delivery.MakeDurable(maildrop.Home);
        if (fault == Fault.None)
            fault = maildrop.Delete(expired, out failed);
        if (fault != Fault.None)
            log.Write(LogLevel.Error, "pop3", $"mail of {user} that has expired cannot be deleted: "
                + FaultWords.Of(fault));
        if (failed < expired.Length)
            log.Expired(user, expired.Length - failed);
        // Where a folder cannot be synced each counts as failed, though the files may be gone.
        return fault != Fault.None || failed < expired.Length;
    }

    private static bool IsBefore(long received, long before) => received > 0 && received < before;
}
