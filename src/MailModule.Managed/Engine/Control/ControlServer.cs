using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Control;

/// <summary>
/// The engine's side of the control socket: a thread that accepts (mailmodule-ctl), and one for each connection, so
/// that a client who is slow, or a request that waits for the disk, holds up nobody.
/// </summary>
internal sealed class ControlServer : IDisposable
{
    /// <summary>Connections at once; the next is told so.</summary>
    public const int ConnectionLimit = 64;

    private const string ThreadName = "mailmodule-ctl";
    private static readonly TimeSpan s_shortagePause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_greetingTime = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly ControlPath _path;
    private readonly LocalSocket _listening;
    private readonly Log _log;
    private readonly HashSet<LocalSocket> _connections = [];
    private readonly ManualResetEvent _stopping = new(false);
    private readonly CountdownEvent _running = new(1);
    private ControlSubject? _subject;
    private bool _isStopped;

    private ControlServer(ControlPath path, LocalSocket listening, Log log)
    {
        _path = path;
        _listening = listening;
        _log = log;
    }

    /// <summary>
    /// Takes the place of the socket; clients wait until <see cref="Start"/>. As <see cref="ControlPath.TryListen"/>.
    /// </summary>
    public static Fault TryOpen(string folder, Log log, out ControlServer? server, out string? text)
    {
        server = null;
        Fault fault = ControlPath.TryListen(folder, out ControlPath? path, out LocalSocket? socket, out text);
        if (fault == Fault.None)
            server = new ControlServer(path!, socket!, log);
        return fault;
    }

    /// <summary>Begins to serve; false: the system gives no thread.</summary>
    public bool Start(ControlSubject subject)
    {
        _subject = subject;
        return TryRun(Accept);
    }

    /// <summary>Takes the socket away and cuts all connections. What a request waits for goes on.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_isStopped)
                return;
            _isStopped = true;
            foreach (LocalSocket connection in _connections)
                connection.Shutdown();
        }
        _stopping.Set();
        _path.Dispose();
        _listening.Shutdown();
        _running.Signal();
    }

    /// <summary>After <see cref="Stop"/>: returns when no thread of it is left.</summary>
    public void WaitForEnd()
    {
        _running.Wait();
        _listening.Dispose();
    }

    public void Dispose()
    {
        Stop();
        WaitForEnd();
    }

    private bool TryRun(Action body)
    {
        if (!_running.TryAddCount())
            return false;
        void Counted()
        {
            body();
            _running.Signal();
        }
        if (OwnThread.TryStart(ThreadName, Counted) is not null)
            return true;
        _running.Signal();
        return false;
    }

    private void Accept()
    {
        while (!_stopping.WaitOne(TimeSpan.Zero))
        {
            _listening.TryAccept(out LocalSocket? client);
            if (client is not null)
                Serve(client);
            else
                _stopping.WaitOne(s_shortagePause);
        }
    }

    private void Serve(LocalSocket client)
    {
        ControlProtocol.State state = Admit(client);
        if (state == ControlProtocol.State.Served && TryRun(() => Serve(client, state)))
            return;
        Greet(client, state == ControlProtocol.State.Served ? ControlProtocol.State.Busy : state);
        Forget(client);
    }

    private ControlProtocol.State Admit(LocalSocket client)
    {
        uint us = FileOwner.Us.User;
        if (client.PeerUser is not { } user || (user != us && user != FileOwner.Root))
        {
            _log.Write(LogLevel.Warning, "control", "another user's process was refused");
            return ControlProtocol.State.Stranger;
        }
        lock (_lock)
            return !_isStopped && _connections.Count < ConnectionLimit && _connections.Add(client)
                ? ControlProtocol.State.Served
                : ControlProtocol.State.Busy;
    }

    private void Serve(LocalSocket client, ControlProtocol.State state)
    {
        try
        {
            using var session = new ControlSession(
                new FrameStream(client, ControlProtocol.RequestLimit), _subject!, _log);
            if (Greet(client, state))
                session.Run();
        }
        catch (Exception e)
        {
            _log.Write(LogLevel.Error, "control", $"a fault of the library itself: {e}");
        }
        Forget(client);
    }

    private static bool Greet(LocalSocket client, ControlProtocol.State state)
        => client.SendAll(ControlProtocol.Greeting(state), s_greetingTime) >= 0;

    private void Forget(LocalSocket client)
    {
        lock (_lock)
            _connections.Remove(client);
        client.Dispose();
    }
}
