using MailModule.Delivery.Remote;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// The recipients of a submission that share a next hop: transactions for one connection, or for a few connections
/// where hosts close early. It knows what was answered, and no host.
/// </summary>
internal sealed class RemoteRecipientGroup(
    Submission submission, IReadOnlyList<SubmittedRecipient> recipients, Func<IAttemptOwner, IDeliveryAttempt> begin)
    : IRecipientGroup, IAttemptOwner
{
    /// <summary>Connections on which a host was ready, before what such hosts leave undone is given up.</summary>
    private const int ConnectionLimit = 4;

    private readonly Queue<SubmittedRecipient> _open = new(recipients);
    private readonly Lock _lock = new();
    private readonly List<(SmtpClientTransaction Transaction, SubmittedRecipient[] Members)> _underWay = new(2);
    private IDeliveryAttempt? _attempt;
    private bool _isCancelled;
    private int _connections;

    public void Begin()
    {
        submission.ChangeState(SubmissionState.FindHost, 0, recipients);
        BeginAttempt();
    }

    public bool AwaitsAnswer(SubmittedRecipient recipient)
    {
        lock (_lock)
            return _underWay.Exists(
                one => one.Transaction.AwaitsFinalReply && Array.IndexOf(one.Members, recipient) is >= 0 and var i
                && one.Transaction.IsAccepted(i));
    }

    public void Cancel()
    {
        IDeliveryAttempt? attempt;
        lock (_lock)
        {
            _isCancelled = true;
            attempt = _attempt;
        }
        attempt?.Cancel();
    }

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
        if (members.Length == 0)
            return null;
        SmtpClientTransaction transaction = submission.NewTransaction(members);
        lock (_lock)
            _underWay.Add((transaction, members));
        return transaction;
    }

    void IAttemptOwner.Sending(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
        => submission.ChangeState(SubmissionState.Sending, transaction.Sent, recipients);

    void IAttemptOwner.Completed(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
    {
        SubmittedRecipient[] members = RemoveUnderWay(transaction);
        for (int i = 0; i < members.Length; i++)
        {
            AttemptResult result = transaction.Results[i]!;
            if (result.IsLeftOver)
                _open.Enqueue(members[i]);
            else
                submission.FinishRecipient(members[i], result, transaction.Sent);
        }
    }

    void IAttemptOwner.Returned(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
    {
        foreach (SubmittedRecipient recipient in RemoveUnderWay(transaction))
            _open.Enqueue(recipient);
    }

    void IAttemptOwner.Ended(IDeliveryAttempt attempt, AttemptResult end)
    {
        // Recipients that are open though a host was ready were not tried there: it closed between two transactions.
        if (_open.Count > 0 && attempt.WasReady && end.Fault != Fault.Cancelled && ++_connections < ConnectionLimit)
        {
            BeginAttempt();
            return;
        }
        AttemptResult result = end.Fault == Fault.None ? end with { Fault = Fault.Closed } : end;
        while (_open.TryDequeue(out SubmittedRecipient? recipient))
            submission.FinishRecipient(recipient, result, 0);
        submission.Ended(this);
    }

    private void BeginAttempt()
    {
        IDeliveryAttempt attempt = begin(this);
        bool isLate;
        lock (_lock)
        {
            _attempt = attempt;
            isLate = _isCancelled;
        }
        if (isLate)
            attempt.Cancel();
    }

    private IEnumerable<SubmittedRecipient> DequeueOpen()
    {
        int left = SmtpClientTransaction.RecipientLimit;
        while (left-- > 0 && _open.TryDequeue(out SubmittedRecipient? recipient))
            yield return recipient;
    }

    private SubmittedRecipient[] RemoveUnderWay(SmtpClientTransaction transaction)
    {
        lock (_lock)
        {
            int index = _underWay.FindIndex(one => one.Transaction == transaction);
            SubmittedRecipient[] members = _underWay[index].Members;
            _underWay.RemoveAt(index);
            return members;
        }
    }
}
