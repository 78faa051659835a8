using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;

namespace MailModule.Delivery.Queue;

// What an operator changes: each message by itself, so that a change of all holds nobody up.
public sealed partial class MailQueue
{
    private int _redirecting;

    private Fault ForEach(string? id, Action<QueueItem> change)
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
        Pump();
        return Fault.None;
    }

    private void RetryNow(QueueItem item)
    {
        foreach (Job job in item.Jobs)
            if (job.State == QueueState.Deferred)
                MakeReady(job);
    }

    private void HoldNow(QueueItem item)
    {
        item.IsHeld = true;
        foreach (Job job in item.Jobs)
            if (job.State is QueueState.Ready or QueueState.Deferred)
                Move(job, QueueState.Held);
        Settle(item);
        Note(item);
    }

    private void ReleaseNow(QueueItem item)
    {
        item.IsHeld = false;
        foreach (Job job in item.Jobs)
            if (job.State == QueueState.Held && !job.IsSetAside)
                MakeReady(job);
        Note(item);
    }

    private void RemoveNow(QueueItem item)
    {
        item.IsRemoved = true;
        foreach (Job job in item.Jobs.Where(job => job.State != QueueState.Active && !job.IsSetAside).ToArray())
        {
            Move(job, QueueState.Held); // where it stood in line it must not be found any more
            DropRemoved(job);
        }
    }

    public Fault Redirect(string id, MailAddress? recipient, MailAddress target, out string newId)
    {
        newId = "";
        Job? aside;
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
        Pump();
        return result;
    }

    /// <summary>Takes what is open for the recipient out of its jobs, into one that nothing moves.</summary>
    private Fault TrySetAside(QueueItem item, MailAddress? recipient, out Job? aside)
    {
        aside = null;
        Addressee[] wanted = [.. item.Addressees.Where(one => !one.IsDone && (recipient is null || item.RecipientOf(one).Address.Equals(recipient)))];
        Addressee[] open = [.. wanted.Where(one => one.State is QueueState.Ready or QueueState.Deferred or QueueState.Held && one.Job is { IsSetAside: false })];
        if (wanted.Length == 0)
            return Fault.NotFound;
        if (open.Length == 0)
            return Fault.State;
        aside = new Job(item, open[0].Job!.NextHop) { State = QueueState.Held, IsSetAside = true, Attempts = open[0].Job!.Attempts };
        foreach (Addressee addressee in open)
        {
            Job job = addressee.Job!;
            _recipients[(int)job.State]--;
            _recipients[(int)QueueState.Held]++;
            job.Drop(addressee);
            aside.Add(addressee);
            if (job.Addressees.Count > 0)
                continue;
            Move(job, QueueState.Held);
            item.Jobs.Remove(job);
        }
        item.Jobs.Add(aside);
        return Fault.None;
    }

    // RFC 3461 §5.2.7.1: the new message keeps what the first one asked for, and whom it was for.
    private Fault Copy(Job aside, MailAddress target, out string newId)
    {
        Envelope old = aside.Item.Entry.Envelope;
        Recipient first = aside.Item.RecipientOf(aside.Addressees[0]);
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
        envelope.Recipients.Add(new Recipient(target, _parts.MaildropOf(target)) { Notify = first.Notify, OriginalRecipient = first.OriginalRecipient ?? TypedAddress.Of(first.Address) });
        using Stream text = aside.Item.Entry.Content.OpenRead();
        return SpoolCopy.Write(_spool, envelope, text, aside.Item.Entry.Content.Length, out newId);
    }

    private void EndRedirection(Job aside, Fault fault)
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
                Settle(item);
        }
        else
            MakeReadyAgain(aside);
    }

    private QueuedMessage View(QueueItem item)
        => new(item.Id, item.Entry.Envelope.ReversePath, item.Received, _parts.Schedule().Expires(item.Received), item.Entry.Content.WireLength,
            [.. item.Addressees.Select(addressee => View(item, addressee))]);

    private static QueuedRecipient View(QueueItem item, Addressee addressee)
    {
        Outcome? last = addressee.Last;
        DateTimeOffset? next = addressee.Job is { State: QueueState.Deferred } job ? job.Due : null;
        Fault fault = last is null || last.Kind == OutcomeKind.Delivered ? Fault.None : last.Fault;
        return new QueuedRecipient(item.RecipientOf(addressee).Address, addressee.State, addressee.Attempts, last?.At, next,
            fault, last?.ReplyCode ?? 0, last?.Status ?? "", last?.Text ?? "", last?.Host ?? "");
    }
}
