namespace MailModule.Engine.Connecting;

/// <summary>The clients of the host that are connected, which the stop of the engine ends. Any thread.</summary>
internal sealed class OpenClients(ClientEnvironment environment)
{
    private readonly Lock _lock = new();
    private readonly HashSet<IOpenClient> _open = [];
    private bool _isStopped;

    /// <summary>What they have of the engine.</summary>
    public ClientEnvironment Environment => environment;

    /// <summary>False: the engine is being stopped.</summary>
    public bool TryAdd(IOpenClient client)
    {
        lock (_lock)
        {
            if (!_isStopped)
                _open.Add(client);
            return !_isStopped;
        }
    }

    public void Remove(IOpenClient client)
    {
        lock (_lock)
            _open.Remove(client);
    }

    /// <summary>Ends what every client waits for; waits for none of them.</summary>
    public void Stop()
    {
        IOpenClient[] open;
        lock (_lock)
        {
            _isStopped = true;
            open = [.. _open];
        }
        foreach (IOpenClient client in open)
            client.EndWithEngine();
    }
}
