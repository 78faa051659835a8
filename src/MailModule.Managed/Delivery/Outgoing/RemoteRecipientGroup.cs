using MailModule.Delivery.Remote;
using MailModule.Primitives;
using MailModule.Smtp;
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
    /// <summary>RFC 5321 §4.5.3.1.8: what every server takes in one transaction.</summary>
    private const int RecipientLimit = 100;

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
                && one.Transaction.Recipients[i].State == RecipientState.Accepted);
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
            if (recipient.Result is null)
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
        bool someWereTaken = transaction.Recipients.Any(result => result.State == RecipientState.Delivered);
        for (int i = 0; i < members.Length; i++)
        {
            RecipientResult result = transaction.Recipients[i];
            if (someWereTaken && IsTooMany(result.Reply))
                _open.Enqueue(members[i]);
            else
                submission.FinishRecipient(members[i], ResultOf(result, attempt.Host), transaction.Sent);
        }
    }

    void IAttemptOwner.Returned(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
    {
        foreach (SubmittedRecipient recipient in RemoveUnderWay(transaction))
            _open.Enqueue(recipient);
    }

    void IAttemptOwner.Ended(IDeliveryAttempt attempt, AttemptEnd end)
    {
        // Recipients that are open though a host was ready were not tried there: it closed between two transactions.
        if (_open.Count > 0 && end.WasReady && end.Fault != Fault.Cancelled && ++_connections < ConnectionLimit)
        {
            BeginAttempt();
            return;
        }
        SubmissionResult result = ResultOf(end, attempt.Host);
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
        for (int i = 0; i < RecipientLimit && _open.TryDequeue(out SubmittedRecipient? recipient); i++)
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

    // RFC 5321 §4.5.3.1.10: the recipients that are too many go in a transaction of their own
    private static bool IsTooMany(Reply? reply)
        => reply is { Code: 452 or 552, Enhanced: "4.5.3" or "5.5.3" } or { Code: 452, Enhanced: "" };

    private static SubmissionResult ResultOf(RecipientResult result, RemoteHost? host)
    {
        SubmissionState state = result.State == RecipientState.Delivered
            ? SubmissionState.Done
            : SubmissionState.Failed;
        string text = result.Reply is null ? FaultDescriptions.Of(result.Fault) : "";
        return new SubmissionResult(
            state, result.Fault, result.Reply, result.Reply?.Enhanced ?? "", text, host, "", result.IsUnknown);
    }

    private static SubmissionResult ResultOf(AttemptEnd end, RemoteHost? host)
    {
        Fault fault = end.Fault == Fault.None ? Fault.Closed : end.Fault;
        string text = end.Reply is not null ? "" : end.Text.Length > 0 ? end.Text : FaultDescriptions.Of(fault);
        string status = end.Status.Length > 0 ? end.Status : end.Reply?.Enhanced ?? "";
        return new SubmissionResult(SubmissionState.Failed, fault, end.Reply, status, text, host, "", IsUnknown: false);
    }
}
