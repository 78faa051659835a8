using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;

namespace MailModule.Delivery.Queue;

// What an operator changes: each message by itself, so that a change of all holds nobody up.
public sealed partial class MailQueue
{
    private int _redirecting;

    private Fault ChangeEach(string? id, Action<QueueItem> change)
    {
        QueueItem[] items;
        lock (_gate)
        {
            if (id is null)
                items = [.. _items.Values];
            else if (_items.TryGetValue(id, out QueueItem? one))
                items = [one];
            else
                return Fault.NotFound;
        }
        foreach (QueueItem item in items)
            lock (_gate)
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
                Move(queued, QueueState.Held);
        QueueDsnIfDue(item);
        Note(item);
    }

    private void ReleaseNow(QueueItem item)
    {
        item.IsHeld = false;
        foreach (QueuedTransaction queued in item.Transactions)
            if (queued.State == QueueState.Held && !queued.IsSetAside)
                MakeReady(queued);
        Note(item);
    }

    private void RemoveNow(QueueItem item)
    {
        item.IsRemoved = true;
        foreach (QueuedTransaction queued in item.Transactions.Where(queued => queued.State != QueueState.Active && !queued.IsSetAside).ToArray())
        {
            Move(queued, QueueState.Held); // where it stood in line it must not be found any more
            DropRemoved(queued);
        }
    }

    public Fault Redirect(string id, MailAddress? recipient, MailAddress target, out string newId)
    {
        newId = "";
        QueuedTransaction? aside;
        lock (_gate)
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
            lock (_gate)
                EndRedirection(aside!, result);
        }
        StartAttempts();
        return result;
    }

    /// <summary>Takes what is open for the recipient out of its jobs, into one that nothing moves.</summary>
    private Fault TrySetAside(QueueItem item, MailAddress? address, out QueuedTransaction? aside)
    {
        aside = null;
        QueueRecipient[] wanted = [.. item.Recipients.Where(one => !one.IsDone && (address is null || item.RecipientOf(one).Address.Equals(address)))];
        QueueRecipient[] open = [.. wanted.Where(one => one.State is QueueState.Ready or QueueState.Deferred or QueueState.Held && one.Transaction is { IsSetAside: false })];
        if (wanted.Length == 0)
            return Fault.NotFound;
        if (open.Length == 0)
            return Fault.State;
        aside = new QueuedTransaction(item, open[0].Transaction!.NextHop) { State = QueueState.Held, IsSetAside = true, Attempts = open[0].Transaction!.Attempts };
        foreach (QueueRecipient recipient in open)
        {
            QueuedTransaction queued = recipient.Transaction!;
            _recipientCounts[(int)queued.State]--;
            _recipientCounts[(int)QueueState.Held]++;
            queued.Drop(recipient);
            aside.Add(recipient);
            if (queued.Recipients.Count > 0)
                continue;
            Move(queued, QueueState.Held);
            item.Transactions.Remove(queued);
        }
        item.Transactions.Add(aside);
        return Fault.None;
    }

    // RFC 3461 §5.2.7.1: the new message keeps what the first one asked for, and whom it was for.
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
        envelope.Recipients.Add(new Recipient(target, _dependencies.MaildropOf(target)) { Notify = first.Notify, OriginalRecipient = first.OriginalRecipient ?? TypedAddress.Of(first.Address) });
        using Stream text = aside.Item.Entry.Content.OpenRead();
        return SpoolCopy.Write(_spool, envelope, text, aside.Item.Entry.Content.Length, out newId);
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
        => new(item.Id, item.Entry.Envelope.ReversePath, item.Received, _dependencies.Schedule().Expires(item.Received), item.Entry.Content.WireLength,
            [.. item.Recipients.Select(recipient => View(item, recipient))]);

    private static QueuedRecipientView View(QueueItem item, QueueRecipient recipient)
    {
        AttemptResult? last = recipient.Last;
        DateTimeOffset? next = recipient.Transaction is { State: QueueState.Deferred } queued ? queued.Due : null;
        Fault fault = last is null || last.Kind == AttemptResultKind.Delivered ? Fault.None : last.Fault;
        return new QueuedRecipientView(item.RecipientOf(recipient).Address, recipient.State, recipient.Attempts, last?.At, next,
            fault, last?.ReplyCode ?? 0, last?.Status ?? "", last?.Text ?? "", last?.Host ?? "");
    }
}
