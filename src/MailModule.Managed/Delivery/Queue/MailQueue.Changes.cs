using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;

namespace MailModule.Delivery.Queue;

// What an operator changes: each message under the lock by itself, so that a change of all messages holds up nothing
// else.
internal sealed partial class MailQueue
{
    private int _redirecting;

    private Fault ChangeEach(string? id, Action<QueueItem> change)
    {
        QueueItem[] items;
        lock (_lock)
        {
            if (id is null)
                items = [.. _items.Values];
            else if (_items.TryGetValue(id, out QueueItem? one))
                items = [one];
            else
                return Fault.NotFound;
        }
        foreach (QueueItem item in items)
            lock (_lock)
                if (_items.ContainsKey(item.Id))
                    change(item);
        StartAttempts();
        return Fault.None;
    }

    private void RetryNow(QueueItem item)
    {
        foreach (QueuedTransaction queued in item.Transactions)
            if (queued.State == QueueState.Deferred)
                MakeReady(queued);
    }

    private void HoldNow(QueueItem item)
    {
        item.IsHeld = true;
        foreach (QueuedTransaction queued in item.Transactions)
            if (queued.State is QueueState.Ready or QueueState.Deferred)
                SetState(queued, QueueState.Held);
        QueueDsnIfDue(item);
        SaveNote(item);
    }

    private void ReleaseNow(QueueItem item)
    {
        item.IsHeld = false;
        foreach (QueuedTransaction queued in item.Transactions)
            if (queued.State == QueueState.Held && !queued.IsSetAside)
                MakeReady(queued);
        SaveNote(item);
    }

    private void RemoveNow(QueueItem item)
    {
        item.IsRemoved = true;
        QueuedTransaction[] waiting =
            [.. item.Transactions.Where(one => one.State != QueueState.Active && !one.IsSetAside)];
        foreach (QueuedTransaction queued in waiting)
        {
            SetState(queued, QueueState.Held); // the destination passes over it then
            DropRemoved(queued);
        }
    }

    public Fault Redirect(string id, MailAddress? recipient, MailAddress target, out string newId)
    {
        newId = "";
        QueuedTransaction? aside;
        lock (_lock)
        {
            if (!_items.TryGetValue(id, out QueueItem? item))
                return Fault.NotFound;
            if (_isStopping)
                return Fault.State;
            Fault fault = TrySetAside(item, recipient, out aside);
            if (fault != Fault.None)
                return fault;
            _redirecting++;
        }
        Fault result = Fault.Internal;
        try
        {
            result = Copy(aside!, target, out newId);
        }
        catch (IOException)
        {
            result = Fault.Io;
        }
        finally
        {
            lock (_lock)
                EndRedirection(aside!, result);
        }
        StartAttempts();
        return result;
    }

    /// <summary>
    /// Moves the recipients that are open out of their transactions, into one that nothing else moves.
    /// </summary>
    private Fault TrySetAside(QueueItem item, MailAddress? address, out QueuedTransaction? aside)
    {
        aside = null;
        bool IsWanted(QueueRecipient one) => address is null || item.RecipientOf(one).Address.Equals(address);
        QueueRecipient[] wanted = [.. item.Recipients.Where(one => !one.IsDone && IsWanted(one))];
        QueueRecipient[] open = [.. wanted.Where(IsOpen)];
        if (wanted.Length == 0)
            return Fault.NotFound;
        if (open.Length == 0)
            return Fault.State;
        QueuedTransaction first = open[0].Transaction!;
        aside = new QueuedTransaction(item, first.NextHop)
        {
            State = QueueState.Held,
            IsSetAside = true,
            Attempts = first.Attempts,
        };
        foreach (QueueRecipient recipient in open)
        {
            QueuedTransaction queued = recipient.Transaction!;
            _recipientCounts[(int)queued.State]--;
            _recipientCounts[(int)QueueState.Held]++;
            queued.Drop(recipient);
            aside.Add(recipient);
            if (queued.Recipients.Count > 0)
                continue;
            SetState(queued, QueueState.Held);
            item.Transactions.Remove(queued);
        }
        item.Transactions.Add(aside);
        return Fault.None;
    }

    private static bool IsOpen(QueueRecipient recipient)
        => recipient.State is QueueState.Ready or QueueState.Deferred or QueueState.Held
            && recipient.Transaction is { IsSetAside: false };

    // RFC 3461 §5.2.7.1: the new message keeps the DSN parameters of the first one, and its original recipient.
    private Fault Copy(QueuedTransaction aside, MailAddress target, out string newId)
    {
        Envelope old = aside.Item.Entry.Envelope;
        Recipient first = aside.Item.RecipientOf(aside.Recipients[0]);
        var envelope = new Envelope
        {
            ReversePath = old.ReversePath,
            Helo = old.Helo,
            Client = old.Client,
            AuthenticatedUser = old.AuthenticatedUser,
            Received = Now,
            EightBit = old.EightBit,
            Utf8 = old.Utf8,
            Return = old.Return,
            EnvelopeId = old.EnvelopeId,
        };
        envelope.Recipients.Add(new Recipient(target, _dependencies.MaildropOf(target))
        {
            Notify = first.Notify,
            OriginalRecipient = first.OriginalRecipient ?? TypedAddress.Of(first.Address),
        });
        using Stream content = aside.Item.Entry.Content.OpenRead();
        return SpoolCopy.Write(_spool, envelope, content, aside.Item.Entry.Content.Length, out newId);
    }

    private void EndRedirection(QueuedTransaction aside, Fault fault)
    {
        QueueItem item = aside.Item;
        aside.IsSetAside = false;
        _redirecting--;
        if (_isStopping)
            Wake();
        if (fault == Fault.None)
        {
            DropRemoved(aside);
            if (!item.IsDone)
                QueueDsnIfDue(item);
        }
        else
            MakeReadyAgain(aside);
    }

    private QueuedMessageView View(QueueItem item)
        => new(item.Id, item.Entry.Envelope.ReversePath, item.Received,
            _dependencies.Schedule().Expires(item.Received), item.Entry.Content.WireLength,
            [.. item.Recipients.Select(recipient => View(item, recipient))]);

    private static QueuedRecipientView View(QueueItem item, QueueRecipient recipient)
    {
        DateTimeOffset? last = recipient.Last is null ? null : recipient.LastAt;
        return new QueuedRecipientView(
            item.RecipientOf(recipient).Address, recipient.State, recipient.Attempts, last, NextAttemptOf(recipient),
            recipient.Last);
    }
}
