using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Remote;

/// <summary>
/// Works out a login's response to a challenge on a worker: a slow hash must not hold up the thread that serves all
/// connections.
/// </summary>
internal sealed class ResponseJob(SmtpClientSession session, IPeer peer) : IJob
{
    public void Run()
    {
        try
        {
            session.ComputeResponse();
        }
        finally
        {
            peer.Resume();
        }
    }
}
