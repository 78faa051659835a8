using MailModule.Delivery.Outgoing;

namespace MailModule.Engine.Sending;

/// <summary>Translates a submission's states into those that the host hears.</summary>
internal sealed class SendObserverAdapter(ISendObserver observer) : ISubmissionObserver
{
    public static ISubmissionObserver? For(ISendObserver? observer)
        => observer is null ? null : new SendObserverAdapter(observer);

    public static SendState Of(SubmissionState state) => state switch
    {
        SubmissionState.FindHost => SendState.FindHost,
        SubmissionState.Connecting => SendState.Connecting,
        SubmissionState.Dialog => SendState.Dialog,
        SubmissionState.Sending => SendState.Sending,
        SubmissionState.Done => SendState.Done,
        SubmissionState.Queued => SendState.Queued,
        _ => SendState.Failed,
    };

    public void StateChanged(SubmissionState state, long value, string recipient)
        => observer.StateChanged(Of(state), value, recipient);

    public void Finished() => observer.Finished();
}
