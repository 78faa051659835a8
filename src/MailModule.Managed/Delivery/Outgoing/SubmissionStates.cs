namespace MailModule.Delivery.Outgoing;

/// <summary>Which states of a recipient are the last.</summary>
public static class SubmissionStates
{
    public static bool IsFinal(this SubmissionState state)
        => state is SubmissionState.Done or SubmissionState.Queued or SubmissionState.Failed;
}
