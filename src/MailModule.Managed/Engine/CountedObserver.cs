using MailModule.Delivery.Outgoing;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>An observer of the host's whose calls are counted while they run.</summary>
internal sealed class CountedObserver(ISubmissionObserver observer, HostCalls calls) : ISubmissionObserver
{
    public void StateChanged(SubmissionState state, long value, int recipient)
    {
        calls.Begin(HostCall.SendEvent);
        observer.StateChanged(state, value, recipient);
        calls.End(HostCall.SendEvent);
    }

    public void Finished()
    {
        calls.Begin(HostCall.SendEvent);
        observer.Finished();
        calls.End(HostCall.SendEvent);
    }
}
