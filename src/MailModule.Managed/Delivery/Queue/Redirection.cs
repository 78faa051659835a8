using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp;

namespace MailModule.Delivery.Queue;

/// <summary>
/// Sends what is open of a message to another address: a new message for that address is written, and when that is
/// durable the old recipients leave. Meanwhile they are set aside in the table, so that nothing else moves them.
/// </summary>
internal sealed class Redirection(QueueTable table, ResultHandler results, QueueDependencies dependencies)
{
    private int _underWay;

    /// <summary>A message is being written. With the table's lock held.</summary>
    public bool IsBusy => _underWay > 0;

    /// <inheritdoc cref="IMailQueue.Redirect"/>
    public Fault Redirect(string id, MailAddress? recipient, MailAddress target, out string newId)
    {
        newId = "";
        // What is accepted for nobody would end nowhere.
        RelayVerdict verdict = dependencies.VerdictOf(target);
        if (!verdict.IsAccepted)
            return FaultReason.Because(Fault.NotFound, $"there is nobody at {target}");
        Fault fault = Begin(id, recipient, out QueuedTransaction aside);
        if (fault != Fault.None)
            return fault;
        fault = Fault.Internal;
        string? words = null;
        try
        {
            fault = Copy(aside, new Recipient(target, verdict.Maildrop), out newId);
        }
        catch (IOException e)
        {
            fault = Fault.Io;
            words = ExceptionWords.Of(e);
        }
        finally
        {
            lock (table.Lock)
                End(aside, fault);
        }
        return FaultReason.Because(fault, words ?? $"the spool {dependencies.Spool.Folder}: {FaultWords.Of(fault)}");
    }

    private Fault Begin(string id, MailAddress? address, out QueuedTransaction aside)
    {
        aside = null!;
        lock (table.Lock)
        {
            if (!table.TryFind(id, out QueueItem item))
                return MailQueue.NoMessage(id);
            if (table.IsClosed)
                return FaultReason.Because(Fault.State, "the engine is being stopped");
            QueueRecipient[] wanted = Array.FindAll(
                item.Recipients,
                one => !one.IsDone && (address is null || item.RecipientOf(one).Address.Equals(address)));
            if (wanted.Length == 0)
                return FaultReason.Because(Fault.NotFound, $"message {id} has no such recipient that is not done");
            QueueRecipient[] waiting = Array.FindAll(wanted, IsWaiting);
            if (waiting.Length == 0)
                return FaultReason.Because(Fault.State, $"all that is open of message {id} is on a connection now");
            aside = table.SetAside(item, waiting);
            _underWay++;
            return Fault.None;
        }
    }

    private static bool IsWaiting(QueueRecipient recipient)
        => recipient.State is QueueState.Ready or QueueState.Deferred or QueueState.Held
            && recipient.Transaction is { IsSetAside: false };

    // RFC 3461 §5.2.7.2: the new message keeps the DSN parameters of the first one, and its original recipient. The
    // new recipient is an operator's choice, so it may be at an inner address.
    private Fault Copy(QueuedTransaction aside, Recipient target, out string newId)
    {
        Envelope old = aside.Item.Entry.Envelope;
        DateTimeOffset now = dependencies.Time.GetUtcNow();
        Recipient first = aside.Item.RecipientOf(aside.Recipients[0]);
        var envelope = new Envelope
        {
            ReversePath = old.ReversePath,
            Helo = old.Helo,
            Client = old.Client,
            AuthenticatedUser = old.AuthenticatedUser,
            Received = now,
            DeliverBy = old.DeliverBy?.MovedTo(old.Received, now),
            Hold = old.Hold is null ? null : new HoldRequest(null, old.Release.ToUniversalTime()),
            EightBit = old.EightBit,
            Utf8 = old.Utf8,
            IsFromStranger = old.IsFromStranger,
            Return = old.Return,
            EnvelopeId = old.EnvelopeId,
            Submitter = old.Submitter,
        };
        envelope.Recipients.Add(target with
        {
            Notify = first.Notify,
            OriginalRecipient = first.OriginalRecipient ?? TypedAddress.Of(first.Address),
        });
        using Stream content = aside.Item.Entry.Content.OpenRead();
        return SpoolCopy.Write(
            dependencies.Spool, envelope, content, aside.Item.Entry.Content.Length, out newId);
    }

    private void End(QueuedTransaction aside, Fault fault)
    {
        _underWay--;
        table.EndSetAside(aside);
        if (table.IsClosed)
            table.Wake();
        if (fault == Fault.None)
            results.Remove(aside);
        else
            results.PutBack(aside);
    }
}
