using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The messages of the queue, and the one place where the state of a message, of a transaction or of a recipient
/// changes: each change is a method here, which brings the counts, the retry heap and the spool's marks along.
/// </summary>
/// <remarks>
/// The queue's only lock is the table's <see cref="Lock"/>. Every member here is used with it held, and so is what the
/// dispatcher, the notifier and the others keep beside the table. It is never held over a call that could block, or
/// that leads to a host's code.
/// <para>
/// Invariants: a transaction that waits stands in one of three places: in line for its destination, or on its way there
/// (ready), in the <see cref="RetryHeap"/> (deferred), or with its message alone (held). No recipient of a transaction
/// that is active is marked before its connection has ended with it, so that the content stays in the spool until then.
/// The cost of a step does not depend on how much waits.
/// </para>
/// </remarks>
/// <param name="nextHopOf">As <see cref="QueueDependencies.NextHopOf"/>.</param>
internal sealed class QueueTable(ISpool spool, Func<string, bool, string> nextHopOf)
{
    private readonly Dictionary<string, QueueItem> _items = [];
    private readonly StateCounts _counts = new();
    private readonly RetryHeap _retries = new();
    private readonly Queue<QueuedTransaction> _ready = new();

    /// <summary>Entries that were claimed again while something of the lapsed claim's item was in hand.</summary>
    private readonly Dictionary<string, ISpoolEntry> _claimedAgain = [];

    public object Lock { get; } = new();

    /// <summary>The queue is being stopped: no message is taken in, no attempt and no DSN begins.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Grows with each <see cref="Wake"/>.</summary>
    public int Wakes { get; private set; }

    public QueueCounts Counts
    {
        get
        {
            int ready = _counts[QueueState.Ready], active = _counts[QueueState.Active];
            int deferred = _counts[QueueState.Deferred], held = _counts[QueueState.Held];
            int failed = _counts[QueueState.Failed], relayed = _counts[QueueState.Relayed];
            return new QueueCounts(
                _items.Count, ready + active + deferred + held + failed + relayed, ready, active, deferred, held,
                failed, relayed);
        }
    }

    /// <summary>All messages at this moment.</summary>
    public QueueItem[] All => [.. _items.Values];

    /// <summary>When the first deferred transaction is due; null if none is deferred.</summary>
    public DateTimeOffset? NextDue => _retries.NextDue;

    /// <summary>Not one that another engine may have by now.</summary>
    public bool TryFind(string id, out QueueItem item)
        => _items.TryGetValue(id, out item!) && item.Entry.IsClaimed;

    /// <summary>The message has not left the queue.</summary>
    public bool Holds(QueueItem item) => _items.TryGetValue(item.Id, out QueueItem? held) && held == item;

    /// <summary>There is something to do for whoever waits: the queue's thread, or a stop.</summary>
    public void Wake()
    {
        Wakes++;
        Monitor.PulseAll(Lock);
    }

    /// <summary>Waits, without the lock meanwhile, for a <see cref="Wake"/> or the time's end.</summary>
    public void Wait(TimeSpan longest) => Monitor.Wait(Lock, longest);

    public void Close()
    {
        IsClosed = true;
        Wake();
    }

    /// <summary>Lets go of all messages; they stay in the spool.</summary>
    public void Clear()
    {
        _items.Clear();
        _claimedAgain.Clear();
        _counts.Clear();
    }

    /// <summary>
    /// Takes in a message: its remote recipients that are open, each in the state that the message's note tells.
    /// </summary>
    /// <returns>
    /// Null: nothing of it is open, it is here already, or the queue is being stopped; or its turn comes later, by
    /// <see cref="TryTakeClaimedAgain"/>.
    /// </returns>
    public QueueItem? Admit(ISpoolEntry entry, RetrySchedule schedule, DateTimeOffset now)
    {
        QueueRecipient[] open = QueueRecipient.OpenOf(entry);
        if (open.Length == 0 || IsClosed || !TryMakeWay(entry))
            return null;
        var item = new QueueItem(entry, open, now);
        _items.Add(item.Id, item);
        if (QueueNote.Read(entry.Note, item, _counts) is { Count: > 0 } due)
            RestoreStates(item, due, item.NotBeforeRelease(now + schedule.Delays.Max()));
        else
            foreach (QueueRecipient recipient in open)
                Assign(item, recipient, item.IsHeldBack(now) ? item.Release : default);
        foreach (QueuedTransaction queued in item.Transactions)
            SetFirstState(queued, now);
        return item;
    }

    /// <summary>An entry that waited for what was in hand of its former claim, and can be admitted now.</summary>
    public bool TryTakeClaimedAgain(out ISpoolEntry entry)
    {
        foreach (ISpoolEntry one in _claimedAgain.Values)
            if (!_items.TryGetValue(one.Id, out QueueItem? item) || !item.IsInHand)
                return _claimedAgain.Remove(one.Id, out entry!);
        entry = null!;
        return false;
    }

    // A lease may lapse while the item waits, and the entry then be claimed again: by us, too. The item of the lapsed
    // claim gives way to the new one, but not before what is in hand of it has ended: else the same recipient would be
    // on two connections, or get two DSNs.
    private bool TryMakeWay(ISpoolEntry entry)
    {
        if (!_items.TryGetValue(entry.Id, out QueueItem? item))
            return true;
        if (item.Entry == entry || item.Entry.IsClaimed)
            return false;
        if (item.IsInHand)
        {
            _claimedAgain[entry.Id] = entry;
            return false;
        }
        Forget(item, item.Recipients);
        return true;
    }

    private void RestoreStates(QueueItem item, Dictionary<int, DateTimeOffset> due, DateTimeOffset latest)
    {
        foreach (QueueRecipient recipient in item.Recipients)
        {
            DateTimeOffset next = due.GetValueOrDefault(recipient.Index);
            if (next != DateTimeOffset.MaxValue)
                Assign(item, recipient, next < latest ? next : latest); // the clock may have been set back since
            else
                recipient.Finish(
                    recipient.Last!.Kind == AttemptResultKind.Delivered ? QueueState.Relayed : QueueState.Failed,
                    _counts);
        }
    }

    private void Assign(QueueItem item, QueueRecipient recipient, DateTimeOffset due)
    {
        string nextHop = NextHopOf(item, recipient);
        QueuedTransaction? queued = item.TransactionWithRoom(nextHop, due);
        if (queued is null)
        {
            queued = new QueuedTransaction(item, nextHop) { Due = due, Attempts = recipient.Attempts };
            item.Transactions.Add(queued);
        }
        queued.Add(recipient, _counts);
    }

    private string NextHopOf(QueueItem item, QueueRecipient recipient)
        => nextHopOf(item.RecipientOf(recipient).Address.Domain, item.Entry.Envelope.AvoidsInner);

    private void SetFirstState(QueuedTransaction queued, DateTimeOffset now)
    {
        if (queued.Item.IsHeld)
            Hold(queued);
        else if (queued.Due > now)
            Defer(queued, queued.Due);
        else
            MakeReady(queued);
    }

    /// <summary>Due now: the dispatcher is to take it.</summary>
    public void MakeReady(QueuedTransaction queued)
    {
        Change(queued, QueueState.Ready);
        _ready.Enqueue(queued);
    }

    /// <summary>What was made ready and has not been taken; none is left out, none that is not ready comes.</summary>
    public bool TryTakeReady(out QueuedTransaction queued)
    {
        while (_ready.TryDequeue(out queued!))
            if (queued.State == QueueState.Ready)
                return true;
        return false;
    }

    /// <summary>Handed to a connection.</summary>
    public void MakeActive(QueuedTransaction queued) => Change(queued, QueueState.Active);

    /// <summary>Waits for its next attempt: it is made ready by <see cref="TryMakeDueReady"/> then.</summary>
    public void Defer(QueuedTransaction queued, DateTimeOffset due)
    {
        queued.Due = due;
        Change(queued, QueueState.Deferred);
        _retries.Add(queued);
        if (_retries.NextDue == due)
            Wake();
    }

    /// <summary>Makes the first of the deferred transactions ready, if it is due.</summary>
    public bool TryMakeDueReady(DateTimeOffset now)
    {
        if (!_retries.TryDequeue(now, out QueuedTransaction queued))
            return false;
        if (queued.Item.IsHeldBack(now))
            Defer(queued, queued.Item.Release); // the clock was set back since, and the retries with it
        else
            MakeReady(queued);
        return true;
    }

    /// <summary>Not tried before it is released.</summary>
    public void Hold(QueuedTransaction queued) => Change(queued, QueueState.Held);

    /// <summary>As it was before it was handed out: held or ready.</summary>
    public void PutBack(QueuedTransaction queued)
    {
        if (queued.Item.IsHeld)
            Hold(queued);
        else
            MakeReady(queued);
    }

    /// <summary>What waits is held; what is on a connection now is when it comes back.</summary>
    public void Hold(QueueItem item)
    {
        item.SetHeld(true, _counts);
        foreach (QueuedTransaction queued in item.Transactions)
            if (queued.State is QueueState.Ready or QueueState.Deferred)
                Hold(queued);
    }

    public void Release(QueueItem item)
    {
        item.SetHeld(false, _counts);
        foreach (QueuedTransaction queued in item.Transactions)
            if (queued.State == QueueState.Held && !queued.IsSetAside)
                MakeReady(queued);
    }

    /// <summary>What is deferred does not wait for its time.</summary>
    public void Retry(QueueItem item)
    {
        foreach (QueuedTransaction queued in item.Transactions)
            if (queued.State == QueueState.Deferred)
                MakeReady(queued);
    }

    /// <summary>An operator takes the message out: what is open counts as removed from now on.</summary>
    /// <returns>What can be dropped at once; the rest when it comes back.</returns>
    public QueuedTransaction[] Remove(QueueItem item)
    {
        item.SetRemoved(_counts);
        QueuedTransaction[] waiting =
            [.. item.Transactions.Where(one => one.State != QueueState.Active && !one.IsSetAside)];
        foreach (QueuedTransaction queued in waiting)
            Hold(queued); // so that the destination passes over it
        return waiting;
    }

    /// <summary>Moves the recipients of a transaction to others, if the settings have changed since and give one of
    /// them another next hop.</summary>
    public bool TryRegroup(QueuedTransaction queued)
    {
        QueueItem item = queued.Item;
        if (HasItsNextHop(queued))
            return false;
        item.Transactions.Remove(queued);
        int kept = item.Transactions.Count;
        foreach (QueueRecipient recipient in queued.Recipients.ToArray())
        {
            queued.Drop(recipient, _counts);
            Assign(item, recipient, default);
        }
        Hold(queued); // empty: no line has it any more
        for (int i = kept; i < item.Transactions.Count; i++)
            _ready.Enqueue(item.Transactions[i]);
        return true;
    }

    private bool HasItsNextHop(QueuedTransaction queued)
    {
        foreach (QueueRecipient one in queued.Recipients)
            if (NextHopOf(queued.Item, one) != queued.NextHop)
                return false;
        return true;
    }

    /// <summary>Moves recipients that wait out of their transactions, into one that nothing moves.</summary>
    public QueuedTransaction SetAside(QueueItem item, QueueRecipient[] recipients)
    {
        QueuedTransaction first = recipients[0].Transaction!;
        var aside = new QueuedTransaction(item, first.NextHop) { IsSetAside = true, Attempts = first.Attempts };
        Hold(aside);
        foreach (QueueRecipient recipient in recipients)
        {
            QueuedTransaction queued = recipient.Transaction!;
            queued.Drop(recipient, _counts);
            aside.Add(recipient, _counts);
            DropIfEmpty(queued);
        }
        item.Transactions.Add(aside);
        return aside;
    }

    /// <summary>From now on it is as any other that is held.</summary>
    public void EndSetAside(QueuedTransaction aside)
    {
        aside.IsSetAside = false;
        WakeForClaimedAgain();
    }

    /// <summary>No more attempts: it stays until its DSN, and a copy if one is kept, are durable.</summary>
    public void Fail(QueueRecipient recipient) => Finish(recipient, QueueState.Failed);

    /// <inheritdoc cref="Fail"/>
    public void Relay(QueueRecipient recipient) => Finish(recipient, QueueState.Relayed);

    /// <summary>
    /// These are done, in the spool as well; a message of which nothing is left leaves the queue.
    /// </summary>
    /// <param name="soon">As for <see cref="ISpool.MarkDone"/>.</param>
    public void MarkDone(QueueItem item, ReadOnlySpan<QueueRecipient> recipients, bool soon)
    {
        if (recipients.IsEmpty)
            return;
        Span<int> indexes = recipients.Length <= 16 ? stackalloc int[recipients.Length] : new int[recipients.Length];
        for (int i = 0; i < indexes.Length; i++)
            indexes[i] = recipients[i].Index;
        spool.MarkDone(item.Entry, indexes, soon);
        Forget(item, recipients);
    }

    /// <summary>
    /// As <see cref="MarkDone"/>, for this queue alone: another engine may have the message by now
    /// (<see cref="ISpoolEntry.IsClaimed"/>), and does what is left of it.
    /// </summary>
    public void Forget(QueueItem item, ReadOnlySpan<QueueRecipient> recipients)
    {
        foreach (QueueRecipient recipient in recipients)
            Finish(recipient, QueueState.Done);
        if (item.IsDone && Holds(item) && _items.Remove(item.Id))
            _counts.Leave(QueueState.Done, item.Recipients.Length);
    }

    /// <summary>Writes down with the message what a start has to know of it.</summary>
    public void SaveNote(QueueItem item)
    {
        // Another engine may have written a newer note by now.
        if (!item.IsDone && item.Entry.IsClaimed && QueueNote.Write(item) is { } note)
            spool.Annotate(item.Entry, note);
    }

    /// <summary>Moves every time, after the clock was set.</summary>
    public void Shift(TimeSpan by) => _retries.Shift(by);

    private void Finish(QueueRecipient recipient, QueueState state)
    {
        QueuedTransaction? queued = recipient.Transaction;
        recipient.Finish(state, _counts);
        if (queued is not null)
            DropIfEmpty(queued);
    }

    private void DropIfEmpty(QueuedTransaction queued)
    {
        if (queued.Recipients.Count > 0)
            return;
        Hold(queued); // no line has it any more
        queued.Item.Transactions.Remove(queued);
    }

    private void Change(QueuedTransaction queued, QueueState state)
    {
        if (queued.State == QueueState.Deferred)
            _retries.MarkStale();
        queued.Become(state, _counts);
        WakeForClaimedAgain();
    }

    // What was in hand may have ended.
    private void WakeForClaimedAgain()
    {
        if (_claimedAgain.Count > 0)
            Wake();
    }
}
