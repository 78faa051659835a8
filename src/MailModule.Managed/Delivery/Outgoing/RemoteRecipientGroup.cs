using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// The recipients of a submission that share a next hop: transactions for one connection, or for a few connections
/// where hosts close early. It knows what was answered, and no host.
/// </summary>
internal sealed class RemoteRecipientGroup(
    Submission submission, IReadOnlyList<SubmittedRecipient> recipients, Transfer<SubmittedRecipient[]> transfer)
    : IRecipientGroup, IAttemptOwner
{
    /// <summary>Connections on which a host was ready, before what such hosts leave undone is given up.</summary>
    private const int ConnectionLimit = 4;

    // Those with the same address behind each other: they go in one transaction, which says it once.
    private readonly Queue<SubmittedRecipient> _open = new(
        recipients.Count == 1 ? recipients : recipients.GroupBy(one => one.Address).SelectMany(same => same));

    private int _connections;

    public void Begin()
    {
        submission.ChangeState(SubmissionState.FindHost, 0, recipients);
        transfer.Begin(this);
    }

    public void Cancel() => transfer.Cancel();

    void IAttemptOwner.Connecting(IDeliveryAttempt attempt)
    {
        foreach (SubmittedRecipient recipient in recipients)
            if (!recipient.IsFinal)
                recipient.CountAttempts(1);
        submission.ChangeState(SubmissionState.Connecting, 0, recipients);
    }

    void IAttemptOwner.Connected(IDeliveryAttempt attempt)
        => submission.ChangeState(SubmissionState.Dialog, 0, recipients);

    SmtpClientTransaction? IAttemptOwner.NextTransaction(IDeliveryAttempt attempt)
    {
        SubmittedRecipient[] members = [.. DequeueOpen()];
        return members.Length == 0 ? null : transfer.HandOut(members);
    }

    void IAttemptOwner.Sending(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
        => submission.ChangeState(SubmissionState.Sending, transaction.Sent, recipients);

    bool IAttemptOwner.MayEnd(IDeliveryAttempt attempt, SmtpClientTransaction transaction, IEnumerable<int> open)
    {
        SubmittedRecipient[] members = transfer.MembersOf(transaction);
        return submission.TryPassCancel(open.Select(i => members[i]));
    }

    void IAttemptOwner.Completed(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
    {
        SubmittedRecipient[] members = transfer.TakeBack(transaction);
        for (int i = 0; i < members.Length; i++)
        {
            AttemptResult result = transaction.Results[i]!;
            if (result.IsLeftOver)
                Reopen([members[i]]);
            else
                submission.FinishRecipient(members[i], result, transaction.Sent);
        }
    }

    void IAttemptOwner.Returned(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
        => Reopen(transfer.TakeBack(transaction));

    void IAttemptOwner.Ended(IDeliveryAttempt attempt, AttemptResult end)
    {
        while (transfer.TakeBackAny() is { } members)
            Reopen(members);
        // Recipients that are open though a host was ready were not tried there: it closed between two transactions.
        if (_open.Count > 0 && attempt.WasReady && end.Fault != Fault.Cancelled && ++_connections < ConnectionLimit)
        {
            transfer.Begin(this);
            return;
        }
        AttemptResult result = end.Fault == Fault.None ? end with { Fault = Fault.Closed } : end;
        while (_open.TryDequeue(out SubmittedRecipient? recipient))
            submission.FinishRecipient(recipient, result, 0);
        submission.Ended(this);
    }

    private void Reopen(SubmittedRecipient[] members)
    {
        submission.WereNotTaken(members);
        foreach (SubmittedRecipient recipient in members)
            _open.Enqueue(recipient);
    }

    private IEnumerable<SubmittedRecipient> DequeueOpen()
    {
        int left = SmtpClientTransaction.RecipientLimit;
        for (MailAddress? last = null; _open.TryPeek(out SubmittedRecipient? next); last = next.Address)
        {
            if (!next.Address.Equals(last) && left-- == 0)
                yield break;
            yield return _open.Dequeue();
        }
    }
}
