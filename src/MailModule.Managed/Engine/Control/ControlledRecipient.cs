using MailModule.Delivery.Outgoing;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Control;

/// <summary>What became of a recipient of a message that went to another process's queue.</summary>
public sealed record ControlledRecipient(string Address, SubmissionState State, string QueueId, AttemptResult? Result)
{
    internal static ControlledRecipient Read(ref FrameReader frame)
    {
        string address = frame.Text();
        var state = (SubmissionState)frame.Number();
        string id = frame.Text();
        return new ControlledRecipient(address, state, id, AttemptResultForm.Read(ref frame));
    }
}
