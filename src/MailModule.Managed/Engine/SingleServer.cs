using MailModule.Engine.Serving;
using MailModule.Primitives;

namespace MailModule.Engine;

/// <summary>
/// The one server of its kind that a running engine may have. Started under the engine's lock; stopped by the engine,
/// perhaps by its own handle at the same time: the second caller waits for the sessions too.
/// </summary>
internal sealed class SingleServer(Func<HostCallback, MailServer> make)
{
    private MailServer? _running;
    private bool _hasHandle;

    /// <summary>Null: none runs. Any thread.</summary>
    public MailServer? Running => Volatile.Read(ref _running);

    /// <summary>Starts the server; where it runs on this port (0: on any) and has no handle, replaces its
    /// callback.</summary>
    public Fault StartOrReplace(HostCallback host, int port, out string? text)
    {
        if (Running is not { } running)
            return Start(host, new ServerOptions { Port = port }, hasHandle: false, out _, out text);
        text = WhyNotReplace(running, port);
        if (text is not null)
            return Fault.State;
        running.SetCallback(host);
        return Fault.None;
    }

    /// <summary>Starts a server that its handle stops. <see cref="Fault.State"/> if one runs.</summary>
    public Fault Start(HostCallback host, ServerOptions options, out StartedServer? started, out string? text)
    {
        started = null;
        text = Running is { } running ? $"the server runs on port {running.Port} already" : null;
        if (text is not null)
            return Fault.State;
        Fault fault = Start(host, options, hasHandle: true, out MailServer? server, out text);
        if (fault == Fault.None)
            started = new StartedServer(this, server!);
        return fault;
    }

    public void CloseToNew() => Running?.CloseToNew();

    /// <summary>Stops what runs. False: a session still waits for a host callback.</summary>
    public bool Stop(TimeSpan timeout) => Running is not { } server || Stop(server, timeout);

    /// <summary>Stops this server, if it runs. False: a session, or a handler, still waits for the host.</summary>
    public bool Stop(MailServer server, TimeSpan timeout)
    {
        if (Running != server)
            return server.WaitForHandlers(timeout);
        bool ended = server.Stop(timeout);
        Interlocked.CompareExchange(ref _running, null, server);
        return ended;
    }

    private Fault Start(
        HostCallback host, ServerOptions options, bool hasHandle, out MailServer? server, out string? text)
    {
        server = make(host);
        Fault fault = server.TryStart(options, out text);
        if (fault != Fault.None)
            return fault;
        _hasHandle = hasHandle;
        Volatile.Write(ref _running, server);
        return fault;
    }

    private string? WhyNotReplace(MailServer running, int port)
    {
        if (_hasHandle)
            return "the server was started with a handle of its own";
        return port > 0 && port != running.Port ? $"the server runs on port {running.Port} already" : null;
    }
}
