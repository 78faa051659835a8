using MailModule.Delivery.Outgoing;
using MailModule.Engine.Serving;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Engine.Sending;

/// <summary>A message the host is writing; at its end it becomes a <see cref="Submission"/>.</summary>
internal sealed class OutgoingStream(OutgoingMail mail, SubmissionRoute route, MailAddress from, IReadOnlyList<MailAddress> to, ISendObserver? observer) : IOutgoingStream
{
    private readonly MessageText _text = new(mail.ScratchFolder);

    public Fault Write(ReadOnlySpan<byte> text) => mail.IsStopping ? Fault.Cancelled : _text.Write(text);

    public Fault End()
    {
        bool waits = !mail.IsAsync;
        if (waits && HostRequests.IsInsideInlineCall)
            return Fault.State;
        Fault textFault = _text.Finish();
        var submission = new Submission(route, from, to, _text, observer is null ? null : new ObservedStates(observer), mail.Connections, mail.Log);
        if (textFault != Fault.None)
            submission.Fail(textFault);
        else
            mail.Begin(submission);
        if (!waits)
            return Fault.None;
        submission.Wait();
        return submission.Result;
    }

    /// <summary>Puts the states of delivery into those of the host.</summary>
    private sealed class ObservedStates(ISendObserver observer) : ISubmissionObserver
    {
        public void StateChanged(SubmissionState state, long value, string recipient) => observer.StateChanged(Of(state), value, recipient);

        public void Finished() => observer.Finished();

        private static SendState Of(SubmissionState state) => state switch
        {
            SubmissionState.FindHost => SendState.FindHost,
            SubmissionState.Connecting => SendState.Connecting,
            SubmissionState.Dialog => SendState.Dialog,
            SubmissionState.Sending => SendState.Sending,
            SubmissionState.Done => SendState.Done,
            _ => SendState.Error,
        };
    }
}
