using MailModule.Mail;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Outgoing;

/// <summary>One recipient of an outgoing message at one moment.</summary>
/// <param name="Index">Its place among the message's recipients: two may have one address.</param>
/// <param name="Attempts">Connections on which this recipient was tried.</param>
/// <param name="QueueId">The message's id in the queue; empty if it is not there.</param>
/// <param name="Result">Null until it is final, and for one whose message went into the spool.</param>
public sealed record SubmittedRecipientView(
    int Index, MailAddress Address, SubmissionState State, int Attempts, string QueueId, AttemptResult? Result)
{
    internal static SubmittedRecipientView Of(SubmittedRecipient recipient)
    {
        SubmissionState state = recipient.State; // first: what is read after a final state belongs to it
        bool isFinal = state.IsFinal();
        return new SubmittedRecipientView(
            recipient.Index, recipient.Address, state, recipient.Attempts, isFinal ? recipient.QueueId : "",
            isFinal ? recipient.Result : null);
    }
}
