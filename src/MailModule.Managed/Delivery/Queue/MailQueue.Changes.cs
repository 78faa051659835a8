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
        lock (_table.Lock)
        {
            if (id is null)
                items = _table.All;
            else if (_table.TryFind(id, out QueueItem one))
                items = [one];
            else
                return Fault.NotFound;
        }
        foreach (QueueItem item in items)
            lock (_table.Lock)
            {
                if (!_table.Holds(item))
                    continue;
                change(item);
                LineUp();
            }
        StartAttempts();
        return Fault.None;
    }

    private void HoldNow(QueueItem item)
    {
        _table.Hold(item);
        _notifier.AddIfDue(item);
        _table.SaveNote(item);
    }

    private void ReleaseNow(QueueItem item)
    {
        _table.Release(item);
        _table.SaveNote(item);
    }

    private void RemoveNow(QueueItem item)
    {
        foreach (QueuedTransaction queued in _table.Remove(item))
            DropRemoved(queued);
    }

    public Fault Redirect(string id, MailAddress? recipient, MailAddress target, out string newId)
    {
        newId = "";
        QueuedTransaction? aside;
        lock (_table.Lock)
        {
            if (!_table.TryFind(id, out QueueItem item))
                return Fault.NotFound;
            if (_table.IsClosed)
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
            lock (_table.Lock)
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
        aside = _table.SetAside(item, open);
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
        aside.IsSetAside = false;
        _redirecting--;
        if (_table.IsClosed)
            _table.Wake();
        if (fault == Fault.None)
            DropRemoved(aside);
        else
            MakeReadyAgain(aside);
    }
}
