using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;

namespace MailModule.Delivery.Outgoing;

/// <summary>What became of a recipient. Immutable.</summary>
/// <param name="State">Done, Queued or Error.</param>
/// <param name="Reply">The server's reply that decided; null if there was none.</param>
/// <param name="Status">Enhanced status (RFC 3463) of the reply or of what happened; empty if there is none.</param>
/// <param name="Text">What happened, in words; empty if the reply says it.</param>
/// <param name="Host">The host of the attempt; null if none was tried.</param>
/// <param name="QueueId">The message's id in the spool; empty if it is not there.</param>
/// <param name="IsUnknown">The message may have been taken all the same: the answer was lost, or not waited
/// for.</param>
internal sealed record SubmissionResult(
    SubmissionState State, Fault Fault, Reply? Reply, string Status, string Text, RemoteHost? Host, string QueueId,
    bool IsUnknown)
{
    public static SubmissionResult Failed(Fault fault, string text, string status = "")
        => new(SubmissionState.Failed, fault, null, status, text, null, "", IsUnknown: false);

    public static SubmissionResult Refused(Reply reply)
        => new(SubmissionState.Failed, Fault.RefusedPermanent, reply, reply.Enhanced, "", null, "", IsUnknown: false);
}

/// <summary>One recipient of a submission. Changed under the submission's lock; may be read at any time.</summary>
internal sealed class SubmittedRecipient(Recipient recipient, Reply? refusal)
{
    private volatile SubmissionResult? _result;
    private int _attempts;

    /// <summary>
    /// Its place among the message's recipients, by which it is known: two of them may have the same address.
    /// </summary>
    public int Index { get; internal set; }

    public MailAddress Address => recipient.Address;
    public Recipient Recipient => recipient;

    /// <summary>
    /// Our own reply, where the address is in our domains and no user has it; null: the recipient is accepted.
    /// </summary>
    public Reply? Refusal => refusal;

    /// <summary>Null until it is final.</summary>
    public SubmissionResult? Result => _result;

    /// <summary>How far the recipient has come; the state of <see cref="Result"/> once that is there.</summary>
    public SubmissionState State { get; internal set; }

    /// <summary>Connections on which the recipient was tried.</summary>
    public int Attempts => Volatile.Read(ref _attempts);

    internal void CountAttempts(int connections) => Interlocked.Add(ref _attempts, connections);

    internal bool TryFinish(SubmissionResult result)
    {
        if (_result is not null)
            return false;
        _result = result;
        State = result.State;
        return true;
    }
}
