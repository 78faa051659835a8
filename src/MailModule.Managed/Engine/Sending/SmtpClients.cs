using MailModule.Delivery.Remote;
using MailModule.Dns;
using MailModule.Transport;

namespace MailModule.Engine.Sending;

/// <summary>
/// What the clients of the host have of a running engine: settings, resolver, workers to look names up on; and the
/// connections that are open, which end when it stops. Any thread.
/// </summary>
internal sealed class SmtpClients(OutboundDelivery delivery, Workers workers)
{
    private readonly Lock _lock = new();
    private readonly HashSet<SmtpClient> _open = [];
    private bool _isStopped;

    public RemoteOptions Options => delivery.CurrentOptions;

    public string ScratchFolder => delivery.ScratchFolder;

    public IDns Dns => delivery.Dns;

    public Workers Workers => workers;

    /// <summary>False: the engine is being stopped.</summary>
    public bool TryAdd(SmtpClient client)
    {
        lock (_lock)
        {
            if (!_isStopped)
                _open.Add(client);
            return !_isStopped;
        }
    }

    public void Remove(SmtpClient client)
    {
        lock (_lock)
            _open.Remove(client);
    }

    /// <summary>Ends what every client waits for; waits for none of them.</summary>
    public void Stop()
    {
        SmtpClient[] open;
        lock (_lock)
        {
            _isStopped = true;
            open = [.. _open];
        }
        foreach (SmtpClient client in open)
            client.EndWithEngine();
    }
}
