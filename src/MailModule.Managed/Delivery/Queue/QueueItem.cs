using MailModule.Mail;
using MailModule.Smtp.Client;
using MailModule.Spool;

namespace MailModule.Delivery.Queue;

/// <summary>
/// One message in the queue, with what is known of each remote recipient. Guarded by the table's lock.
/// </summary>
internal sealed class QueueItem(ISpoolEntry entry, QueueRecipient[] recipients, DateTimeOffset taken)
{
    public ISpoolEntry Entry => entry;
    public string Id => entry.Id;

    /// <summary>RFC 5321 §4.5.5: a DSN, or another automatic answer; nobody waits for it as for mail.</summary>
    public bool IsReport => entry.Envelope.ReversePath.IsNull;

    /// <summary>When the message's lifetime began; for an envelope that does not say, when the queue took it.</summary>
    public DateTimeOffset Received { get; } = entry.Envelope.Received == default ? taken : entry.Envelope.Received;

    /// <summary>When attempts may begin: <see cref="Received"/>, unless its sender has it held.</summary>
    public DateTimeOffset Release => entry.Envelope.Hold is null ? Received : entry.Envelope.Release;

    /// <summary>Its sender does not want it to go yet.</summary>
    public bool IsHeldBack(DateTimeOffset now) => entry.Envelope.Hold is not null && Release > now;

    public DateTimeOffset NotBeforeRelease(DateTimeOffset time) => IsHeldBack(time) ? Release : time;

    /// <summary>Its sender wants to have it back rather than have it delivered from now on (RFC 2852).</summary>
    public bool IsTooLate(DateTimeOffset now) => entry.Envelope.IsTooLate(now);

    /// <summary>A time, or the sender's deadline where that is still to come and comes before.</summary>
    public DateTimeOffset NotBeyondDeadline(DateTimeOffset time, DateTimeOffset now)
        => entry.Envelope.Deadline is { } deadline && deadline > now && deadline < time ? deadline : time;

    /// <summary>The remote recipients that were open when the queue took the message.</summary>
    public QueueRecipient[] Recipients => recipients;

    /// <summary>What is still to be tried, in one or more transactions for each next hop.</summary>
    public List<QueuedTransaction> Transactions { get; } = new(1);

    /// <summary>The sender has had a DSN of the delay.</summary>
    public bool IsDelayDsnSent { get; set; }

    /// <summary>The sender has had a DSN of failures.</summary>
    public bool IsFailureDsnSent { get; set; }

    /// <summary>What waits is held, and what comes back is to be.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>An operator took the message out; what a connection still brings does not count.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>A DSN about this message waits for its turn, or is being written.</summary>
    public bool IsDsnPending { get; set; }

    /// <summary>
    /// An attempt is under way or about to begin: what failed so far goes into one DSN with what may fail in a moment.
    /// </summary>
    public bool IsBusy => Transactions.Exists(queued => queued.State is QueueState.Active or QueueState.Ready);

    /// <summary>
    /// On a connection, being redirected, or a DSN about it is pending: nothing else may be begun for its entry.
    /// </summary>
    public bool IsInHand => IsDsnPending
        || Transactions.Exists(queued => queued.State == QueueState.Active || queued.IsSetAside);

    /// <summary>No more attempts for one of the recipients, and its copy or DSN is owed now.</summary>
    public bool HasFinal => Array.Exists(recipients, recipient
        => recipient.State == QueueState.Relayed || (recipient.State == QueueState.Failed && AreFailuresDue));

    /// <summary>
    /// A stranger's sender may be forged, and the stranger may choose hosts that refuse one after another for days: it
    /// hears of what fails first, and of all the rest when no recipient is open any more.
    /// </summary>
    public bool AreFailuresDue => !IsFailureDsnSent || !entry.Envelope.IsFromStranger || !entry.IsClaimed
        || Array.TrueForAll(recipients, recipient => recipient.Transaction is null);

    public bool IsDone => Array.TrueForAll(recipients, recipient => recipient.State == QueueState.Done);

    /// <summary>As the table says, which moves the transactions.</summary>
    /// <param name="counts">The table's, which nobody else has.</param>
    public void SetHeld(bool isHeld, StateCounts counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        IsHeld = isHeld;
    }

    /// <inheritdoc cref="SetHeld"/>
    public void SetRemoved(StateCounts counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        IsRemoved = true;
    }

    public Recipient RecipientOf(QueueRecipient recipient) => entry.Envelope.Recipients[recipient.Index];

    /// <summary>One that a recipient may join; null if there is none.</summary>
    public QueuedTransaction? TransactionWithRoom(string nextHop, DateTimeOffset due)
    {
        foreach (QueuedTransaction queued in Transactions)
            if (queued.NextHop == nextHop && queued.Due == due && queued.HasRoom)
                return queued;
        return null;
    }

    public QueueRecipient[] InState(QueueState state)
        => Array.FindAll(recipients, recipient => recipient.State == state);

    public QueuedMessageView View(DateTimeOffset expires)
        => new(Id, entry.Envelope.ReversePath, Received, expires, entry.Content.WireLength,
            [.. recipients.Select(recipient => recipient.View(RecipientOf(recipient).Address))]);
}

/// <summary>One remote recipient of a message.</summary>
/// <param name="index">In the envelope.</param>
internal sealed class QueueRecipient(int index)
{
    private QueueState _final;
    private long _lastTicks;

    public int Index => index;

    /// <summary>A recipient that is final has a state of its own; one that is open has its transaction's.</summary>
    public QueueState State => Transaction?.State ?? _final;

    /// <summary>The transaction it is part of; null when it is final.</summary>
    public QueuedTransaction? Transaction { get; private set; }

    public bool IsDone => State == QueueState.Done;
    public int Attempts { get; set; }

    /// <summary>
    /// A relayed recipient whose host sends no DSN of success where the sender wants one, so that we do.
    /// </summary>
    public bool OwesDsn { get; set; } = true;

    /// <summary>What the last attempt brought; null before the first.</summary>
    public AttemptResult? Last { get; set; }

    /// <summary>When <see cref="Last"/> was, if there is one.</summary>
    public DateTimeOffset LastAt => new(_lastTicks, TimeSpan.Zero);

    /// <summary>Null unless it is deferred.</summary>
    public DateTimeOffset? NextAttempt => Transaction is { State: QueueState.Deferred } queued ? queued.Due : null;

    /// <summary>The remote recipients of an entry that are not done.</summary>
    public static QueueRecipient[] OpenOf(ISpoolEntry entry)
    {
        var open = new List<QueueRecipient>(1);
        List<Recipient> recipients = entry.Envelope.Recipients;
        for (int i = 0; i < recipients.Count; i++)
            if (recipients[i].Maildrop is null && !entry.IsDone(i))
                open.Add(new QueueRecipient(i));
        return [.. open];
    }

    public void Keep(AttemptResult result, DateTimeOffset at)
    {
        Last = result;
        _lastTicks = at.UtcTicks;
    }

    /// <summary>For the transaction alone, which takes it in.</summary>
    public void Join(QueuedTransaction queued, StateCounts counts)
    {
        counts.Enter(queued.State, 1);
        Transaction = queued;
    }

    /// <summary>For its transaction alone, which drops it.</summary>
    public void Leave(StateCounts counts)
    {
        counts.Leave(State, 1);
        Transaction = null;
    }

    /// <param name="state">Failed, Relayed or Done.</param>
    public void Finish(QueueState state, StateCounts counts)
    {
        if (Transaction is not null)
            Transaction.Drop(this, counts);
        else if (_final != default)
            counts.Leave(_final, 1);
        _final = state;
        counts.Enter(state, 1);
    }

    public QueuedRecipientView View(MailAddress address)
        => new(index, address, State, Attempts, Last is null ? null : LastAt, NextAttempt, Last);
}
