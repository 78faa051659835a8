using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// What one connection asks the host: the handle that all its requests have, and the host's words for the one it
/// refuses. Used by who asks; two never do at once.
/// </summary>
internal sealed class HostRequests(HostCallback host, Action<IJob> runJob) : IJob
{
    /// <summary>What the host is being asked about; none outside a callback.</summary>
    public RequestAction Action { get; set; }

    /// <summary>The host's words for the request that was asked about last; null: it has given none.</summary>
    public HostRefusal? Refusal { get; set; }

    /// <summary>Made at the first request of the connection; null before.</summary>
    public IHostHandle? Handle { get; set; }

    public int Ask(IRequestStream stream, string name, RequestAction action, in RequestArguments arguments)
    {
        Action = action;
        Refusal = null;
        int answer = host.Ask(stream, name, action, arguments);
        Action = RequestAction.None;
        return answer;
    }

    /// <summary>The connection has ended; once. A host that has to hear it may block, so it does on a worker.</summary>
    public void End()
    {
        if (Handle is not { } handle)
            return;
        if (!handle.CallsHost)
            handle.Close();
        else if (host.Inline)
            host.TellEnd(handle);
        else
            runJob(this);
    }

    void IJob.Run() => host.TellEnd(Handle!);
}
