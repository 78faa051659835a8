using MailModule.Delivery.Outgoing;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>An observer of the host's whose calls are counted while they run.</summary>
internal sealed class CountedObserver(ISubmissionObserver observer, HostCalls calls) : ISubmissionObserver
{
    public void StateChanged(SubmissionState state, long value, int recipient)
    {
        using (calls.Enter(HostCall.SendEvent))
            observer.StateChanged(state, value, recipient);
    }

    public void Finished()
    {
        using (calls.Enter(HostCall.SendEvent))
            observer.Finished();
    }
}
