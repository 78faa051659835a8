using MailModule.Engine.Connecting;
using MailModule.Primitives;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// When mailboxes elsewhere are looked at: at once when they are named, and then so long after each look has ended. The
/// clock of the day does not count. One without an interval is looked at only when it is asked for. For a thread that
/// holds its owner's lock.
/// </summary>
internal sealed class FetchSchedule(TimeProvider time)
{
    private const long Never = long.MaxValue;
    private const int MostDoublings = 6; // an hour, about

    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);

    private Planned[] _all = [];

    /// <summary>In the order in which they were named.</summary>
    public IReadOnlyList<Planned> All => _all;

    /// <summary>
    /// Names the mailboxes anew. One that was there, for the same user here, keeps its time and what came of it; the
    /// rest of what is said of it may be new.
    /// </summary>
    public void Set(IReadOnlyList<OutsideMailbox> mailboxes)
    {
        var before = new List<Planned>(_all);
        _all = [.. mailboxes.Select(mailbox =>
        {
            Planned? same = before.Find(one => one.IsFor(mailbox));
            before.Remove(same!);
            Planned planned = same ?? new Planned();
            planned.Rename(mailbox, DueOf(planned, mailbox));
            return planned;
        })];
    }

    /// <summary>Takes those whose time has come; they have none until <see cref="End"/>.</summary>
    public List<Planned> TakeDue()
    {
        long now = time.GetTimestamp();
        List<Planned> due = [.. _all.Where(one => !one.IsBusy && one.Due <= now)];
        foreach (Planned one in due)
            one.IsBusy = true;
        return due;
    }

    /// <summary>A look has ended.</summary>
    public void End(Planned planned, FetchResult result)
    {
        planned.IsBusy = false;
        bool isRefused = result is { Fault: Fault.RefusedPermanent, Stage: ClientStage.Auth };
        planned.Refusals = isRefused ? planned.Refusals + 1 : 0;
        planned.Due = planned.IsWantedAgain ? time.GetTimestamp()
            : planned.Mailbox.Interval > TimeSpan.Zero ? time.GetTimestamp() + Ticks(PauseOf(planned))
            : Never;
        planned.IsWantedAgain = false;
        planned.Last = result;
    }

    /// <summary>
    /// Has mailboxes looked at now; one that is being looked at, once more behind it. False: there is no such one.
    /// </summary>
    /// <param name="account"><c>user@host</c> or <c>user@host:port</c>; null: all.</param>
    public bool MakeDue(string? account)
    {
        bool isFound = account is null;
        foreach (Planned one in _all.Where(one => account is null || one.Mailbox.IsNamed(account)))
        {
            isFound = true;
            one.IsWantedAgain = one.IsBusy;
            one.Due = Math.Min(one.Due, time.GetTimestamp());
        }
        return isFound;
    }

    /// <summary>Until the next is due; null: none will be, before a look has ended.</summary>
    public TimeSpan? Rest
    {
        get
        {
            long next = _all.Where(one => !one.IsBusy).Select(one => one.Due).DefaultIfEmpty(Never).Min();
            return next == Never ? null : RestUntil(next);
        }
    }

    /// <summary>What came of the last look, and when the next is due.</summary>
    public FetchResult ResultOf(Planned planned)
        => (planned.Last ?? new FetchResult(planned.Mailbox.Name)) with
        {
            Next = planned.IsBusy || planned.Due == Never ? null : time.GetUtcNow() + RestUntil(planned.Due),
        };

    // Servers lock accounts whose password is said wrong again and again.
    private static TimeSpan PauseOf(Planned planned)
    {
        TimeSpan interval = planned.Mailbox.Interval;
        if (planned.Refusals == 0)
            return interval;
        TimeSpan pause = FirstPause * (1 << Math.Min(planned.Refusals - 1, MostDoublings));
        return pause > interval ? pause : interval;
    }

    // As far from the end of the last look as the interval says now, save where the login was refused: at once if the
    // password was another, else not sooner than before.
    private long DueOf(Planned planned, OutsideMailbox mailbox)
        => mailbox.Interval == TimeSpan.Zero ? Never
            : planned.Due == Never ? time.GetTimestamp()
            : planned.Refusals == 0 ? planned.Due + Ticks(mailbox.Interval - planned.Mailbox.Interval)
            : planned.Mailbox.Password != mailbox.Password ? time.GetTimestamp()
            : planned.Due;

    private TimeSpan RestUntil(long due)
    {
        TimeSpan rest = time.GetElapsedTime(time.GetTimestamp(), due);
        return rest < TimeSpan.Zero ? TimeSpan.Zero : rest;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    /// <summary>One mailbox of the settings.</summary>
    internal sealed class Planned
    {
        public OutsideMailbox Mailbox { get; private set; } = null!;

        /// <summary>As <see cref="TimeProvider.GetTimestamp"/>.</summary>
        public long Due { get; set; } = Never;

        /// <summary>It is being looked at, or waits for its turn.</summary>
        public bool IsBusy { get; set; }

        public bool IsWantedAgain { get; set; }

        /// <summary>Looks, one after the other, whose login was refused for good.</summary>
        public int Refusals { get; set; }

        /// <summary>Null: no look has ended.</summary>
        public FetchResult? Last { get; set; }

        public bool IsFor(OutsideMailbox mailbox)
            => Mailbox.Key == mailbox.Key && Mailbox.LocalUser == mailbox.LocalUser;

        /// <param name="due">Where it is not being looked at.</param>
        public void Rename(OutsideMailbox mailbox, long due)
        {
            // The look that is under way may be refused for the password that counts no more.
            if (IsBusy)
                IsWantedAgain |= mailbox.Interval > TimeSpan.Zero && Mailbox.Password != mailbox.Password;
            else
                Due = due;
            Mailbox = mailbox;
        }
    }
}
