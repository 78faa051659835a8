using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Outgoing;

/// <summary>One recipient of a submission. Changed under the submission's lock; may be read at any time.</summary>
internal sealed class SubmittedRecipient(Recipient recipient, Reply? refusal)
{
    private volatile SubmissionState _state;
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

    /// <summary>How far the recipient has come. Once it is final, the other properties do not change.</summary>
    public SubmissionState State => _state;

    public bool IsFinal => _state.IsFinal();

    /// <summary>Null until the recipient is final, and for one whose message went into the spool.</summary>
    public AttemptResult? Result { get; private set; }

    /// <summary>The message's id in the spool; empty if it is not there.</summary>
    public string QueueId { get; private set; } = "";

    /// <summary><see cref="Fault.State"/> until the recipient is final.</summary>
    public Fault Outcome => IsFinal ? Result?.Fault ?? Fault.None : Fault.State;

    /// <summary>
    /// The end of the content is out, or its commit to the disk has begun: given up now, the recipient may get the
    /// message all the same. Under the submission's lock.
    /// </summary>
    public bool MayBeTaken { get; internal set; }

    /// <summary>Connections on which the recipient was tried.</summary>
    public int Attempts => Volatile.Read(ref _attempts);

    internal void CountAttempts(int connections) => Interlocked.Add(ref _attempts, connections);

    /// <summary>Not a final state.</summary>
    internal void ChangeState(SubmissionState state) => _state = state;

    internal bool TryFinish(SubmissionState state, AttemptResult? result, string queueId)
    {
        if (IsFinal)
            return false;
        Result = result;
        QueueId = queueId;
        _state = state;
        return true;
    }
}
