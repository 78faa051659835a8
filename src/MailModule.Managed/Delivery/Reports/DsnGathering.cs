using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Delivery.Reports;

/// <summary>
/// One DSN a message for what comes to an end at one time: what mailboxes and the queue have to tell waits a moment for
/// what the other recipients of the message are about to come to. Any thread; does not block.
/// </summary>
/// <remarks>
/// The wait ends when nobody is left who may have to tell something, else after a moment: of mailboxes one is enough,
/// the queue needs longer, and has gathered already what it tells. Whatever waits is not marked done, so that a crash
/// brings it back.
/// </remarks>
internal sealed class DsnGathering(DsnSender sender, TimeProvider time) : IDsnSender
{
    private static readonly TimeSpan MailboxWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan QueueWait = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Gathered> _waiting = [];
    private bool _isClosed;

    /// <summary>DSNs of one message to one sender, about one envelope.</summary>
    private readonly record struct Key(string Id, MailAddress Sender, string? EnvelopeId);

    /// <inheritdoc/>
    public void Send(
        ISpoolEntry original, DsnKind kind, IReadOnlyList<DsnRecipient> recipients, Action<Fault> committed)
    {
        List<DsnRecipient> wanted = DsnSender.WantedOf(kind, recipients);
        Envelope envelope = original.Envelope;
        // The queue alone tells of delays, once and of all recipients.
        if (wanted.Count == 0 || kind == DsnKind.Delayed || envelope.ReversePath.IsNull)
        {
            sender.Send(original, wanted, committed);
            return;
        }
        var key = new Key(original.Id, envelope.ReversePath, envelope.EnvelopeId);
        if (Gather(key, original, wanted, committed) is { } whole)
            Send(whole);
    }

    /// <summary>Nothing waits any more: what does is sent now, and what comes at once.</summary>
    public void Close()
    {
        Gathered[] left;
        lock (_lock)
        {
            _isClosed = true;
            left = [.. _waiting.Values];
            _waiting.Clear();
        }
        foreach (Gathered one in left)
            Send(one);
    }

    private Gathered? Gather(Key key, ISpoolEntry original, List<DsnRecipient> wanted, Action<Fault> committed)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(key, out Gathered? gathered))
                _waiting.Add(key, gathered = new Gathered(original));
            gathered.Add(wanted, committed);
            TimeSpan wait = _isClosed ? TimeSpan.Zero : WaitAfter(gathered, isOfQueue: IsRemote(wanted[0].Recipient));
            if (wait > TimeSpan.Zero)
                gathered.WaitNoLongerThan(wait, time, () => SendWaiting(key, gathered));
            else
                _waiting.Remove(key);
            return wait > TimeSpan.Zero ? null : gathered;
        }
    }

    private static TimeSpan WaitAfter(Gathered gathered, bool isOfQueue)
    {
        if (gathered.MayCome(static recipient => !IsRemote(recipient)))
            return MailboxWait;
        return !isOfQueue && gathered.MayCome(IsRemote) ? QueueWait : TimeSpan.Zero;
    }

    private static bool IsRemote(Recipient recipient) => recipient.Maildrop is null;

    private void SendWaiting(Key key, Gathered gathered)
    {
        lock (_lock)
            if (!_waiting.TryGetValue(key, out Gathered? waiting) || waiting != gathered || !_waiting.Remove(key))
                return;
        Send(gathered);
    }

    private void Send(Gathered gathered)
    {
        gathered.Dispose();
        sender.Send(gathered.Original, gathered.Recipients, gathered.Committed);
    }

    /// <summary>What waits of one message; under the lock until it is sent.</summary>
    private sealed class Gathered(ISpoolEntry original) : IDisposable
    {
        private readonly ISpoolEntry _inSpool = (original as ResentEntry)?.From ?? original;
        private readonly HashSet<Recipient> _told = [];
        private readonly List<Action<Fault>> _committed = [];
        private ITimer? _timer;
        private long _dueAt = long.MaxValue;
        private bool _hasFailure;

        public ISpoolEntry Original => original;
        public List<DsnRecipient> Recipients { get; } = [];

        public void Add(List<DsnRecipient> wanted, Action<Fault> committed)
        {
            foreach (DsnRecipient recipient in wanted)
            {
                Recipients.Add(recipient);
                _told.Add(recipient.Recipient);
                _hasFailure |= recipient.Kind == DsnKind.Failed;
            }
            _committed.Add(committed);
        }

        /// <summary>
        /// Another of these recipients may soon have to be told of: of those whose success is to be told all that are
        /// open, and all others where one has failed, for they may fail alike.
        /// </summary>
        public bool MayCome(Func<Recipient, bool> isOne)
        {
            List<Recipient> all = _inSpool.Envelope.Recipients;
            for (int i = 0; i < all.Count; i++)
                if (isOne(all[i]) && IsWaitedFor(all[i]) && !_told.Contains(all[i]) && !_inSpool.IsDone(i))
                    return true;
            return false;
        }

        public void WaitNoLongerThan(TimeSpan wait, TimeProvider time, Action over)
        {
            long due = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
            if (due >= _dueAt)
                return;
            _dueAt = due;
            _timer?.Dispose();
            _timer = time.CreateTimer(static over => ((Action)over!)(), over, wait, Timeout.InfiniteTimeSpan);
        }

        public void Committed(Fault fault)
        {
            foreach (Action<Fault> one in _committed)
                one(fault);
        }

        public void Dispose() => _timer?.Dispose();

        private bool IsWaitedFor(Recipient recipient)
            => recipient.Notify.HasFlag(Notify.Success)
                || (_hasFailure && DsnSender.IsWanted(DsnKind.Failed, recipient.Notify));
    }
}
