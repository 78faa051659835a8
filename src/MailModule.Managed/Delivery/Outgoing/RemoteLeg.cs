using MailModule.Delivery.Remote;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Outgoing;

/// <summary>The recipients of a submission that share a next hop: transactions for one connection, or a few where hosts close early. Knows what was answered, and no host.</summary>
internal sealed class RemoteLeg(Submission submission, IReadOnlyList<SubmittedRecipient> recipients, Func<IAttemptOwner, IDeliveryAttempt> begin) : ILeg, IAttemptOwner
{
    /// <summary>RFC 5321 §4.5.3.1.8: what every server takes in one transaction.</summary>
    private const int RecipientLimit = 100;

    /// <summary>Connections that reached a host, before what such hosts leave undone is given up.</summary>
    private const int RunLimit = 4;

    private readonly Queue<SubmittedRecipient> _open = new(recipients);
    private readonly Lock _gate = new();
    private readonly List<(SmtpTransaction Transaction, SubmittedRecipient[] Members)> _underWay = new(2);
    private IDeliveryAttempt? _run;
    private bool _isCancelled;
    private int _runs;

    public void Begin()
    {
        submission.Tell(SubmissionState.FindHost, 0, recipients);
        BeginRun();
    }

    public bool AwaitsVerdict(SubmittedRecipient recipient)
    {
        lock (_gate)
            return _underWay.Exists(one => one.Transaction.AwaitsVerdict && Array.IndexOf(one.Members, recipient) is >= 0 and var i
                && one.Transaction.Recipients[i].State == RecipientState.Accepted);
    }

    public void Cancel()
    {
        IDeliveryAttempt? run;
        lock (_gate)
        {
            _isCancelled = true;
            run = _run;
        }
        run?.Cancel();
    }

    void IAttemptOwner.Connecting(IDeliveryAttempt run)
    {
        foreach (SubmittedRecipient recipient in recipients)
            if (recipient.Outcome is null)
                recipient.Tried(1);
        submission.Tell(SubmissionState.Connecting, 0, recipients);
    }

    void IAttemptOwner.Connected(IDeliveryAttempt run) => submission.Tell(SubmissionState.Dialog, 0, recipients);

    SmtpTransaction? IAttemptOwner.NextTransaction(IDeliveryAttempt run)
    {
        SubmittedRecipient[] members = [.. TakeOpen()];
        if (members.Length == 0)
            return null;
        SmtpTransaction transaction = submission.NewTransaction(members);
        lock (_gate)
            _underWay.Add((transaction, members));
        return transaction;
    }

    void IAttemptOwner.Sending(IDeliveryAttempt run, SmtpTransaction transaction) => submission.Tell(SubmissionState.Sending, transaction.Sent, recipients);

    void IAttemptOwner.Completed(IDeliveryAttempt run, SmtpTransaction transaction)
    {
        SubmittedRecipient[] members = Take(transaction);
        bool someWereTaken = transaction.Recipients.Any(result => result.State == RecipientState.Delivered);
        for (int i = 0; i < members.Length; i++)
        {
            RecipientResult result = transaction.Recipients[i];
            if (someWereTaken && IsTooMany(result.Reply))
                _open.Enqueue(members[i]);
            else
                submission.Settle(members[i], OutcomeOf(result, run.Host), transaction.Sent);
        }
    }

    void IAttemptOwner.Returned(IDeliveryAttempt run, SmtpTransaction transaction)
    {
        foreach (SubmittedRecipient recipient in Take(transaction))
            _open.Enqueue(recipient);
    }

    void IAttemptOwner.Ended(IDeliveryAttempt run, AttemptEnd end)
    {
        // What is open though a host was ready was not tried there: it closed between two transactions.
        if (_open.Count > 0 && end.WasReady && end.Fault != Fault.Cancelled && ++_runs < RunLimit)
        {
            BeginRun();
            return;
        }
        SubmissionOutcome outcome = OutcomeOf(end, run.Host);
        while (_open.TryDequeue(out SubmittedRecipient? recipient))
            submission.Settle(recipient, outcome, 0);
        submission.Ended(this);
    }

    private void BeginRun()
    {
        IDeliveryAttempt run = begin(this);
        bool isLate;
        lock (_gate)
        {
            _run = run;
            isLate = _isCancelled;
        }
        if (isLate)
            run.Cancel();
    }

    private IEnumerable<SubmittedRecipient> TakeOpen()
    {
        for (int i = 0; i < RecipientLimit && _open.TryDequeue(out SubmittedRecipient? recipient); i++)
            yield return recipient;
    }

    private SubmittedRecipient[] Take(SmtpTransaction transaction)
    {
        lock (_gate)
        {
            int index = _underWay.FindIndex(one => one.Transaction == transaction);
            SubmittedRecipient[] members = _underWay[index].Members;
            _underWay.RemoveAt(index);
            return members;
        }
    }

    // RFC 5321 §4.5.3.1.10: the rest goes in a transaction of its own
    private static bool IsTooMany(Reply? reply) => reply is { Code: 452 or 552, Enhanced: "4.5.3" or "5.5.3" } or { Code: 452, Enhanced: "" };

    private static SubmissionOutcome OutcomeOf(RecipientResult result, RemoteHost? host)
    {
        SubmissionState state = result.State == RecipientState.Delivered ? SubmissionState.Done : SubmissionState.Error;
        string text = result.Reply is null ? FaultWords.Of(result.Fault) : "";
        return new SubmissionOutcome(state, result.Fault, result.Reply, result.Reply?.Enhanced ?? "", text, host, "", result.IsUnknown);
    }

    private static SubmissionOutcome OutcomeOf(AttemptEnd end, RemoteHost? host)
    {
        Fault fault = end.Fault == Fault.None ? Fault.Closed : end.Fault;
        string text = end.Reply is not null ? "" : end.Text.Length > 0 ? end.Text : FaultWords.Of(fault);
        string status = end.Status.Length > 0 ? end.Status : end.Reply?.Enhanced ?? "";
        return new SubmissionOutcome(SubmissionState.Error, fault, end.Reply, status, text, host, "", IsUnknown: false);
    }
}
