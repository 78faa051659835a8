using MailModule.Engine;
using MailModule.Engine.Serving;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What an <c>mm_smtp_server</c> or <c>mm_pop3_server</c> stands for. The handle ends when its stop begins.
/// </summary>
internal abstract class ServerHandle
{
    private readonly StartedServer _server;
    private readonly nint _address;
    private int _isEnded;

    private ServerHandle(StartedServer server)
    {
        _server = server;
        _address = HandleTable.Add(this);
    }

    /// <summary><see cref="Fault.State"/> when the engine has stopped it.</summary>
    public Fault Port(out int port)
    {
        bool isRunning = _server.IsRunning;
        port = isRunning ? _server.Port : 0;
        return !isRunning ? FaultReason.Because(Fault.State, "the engine has stopped the server") : Fault.None;
    }

    public Fault Stop(TimeSpan timeout)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0)
            return FaultReason.Because(Fault.Handle, "another thread has stopped the server");
        HandleTable.Remove(_address);
        return _server.Stop(timeout);
    }

    /// <param name="socket">The server's from now on, save with <see cref="Fault.Argument"/>.</param>
    public Fault Adopt(nint socket, bool isTlsFirst) => _server.Adopt(socket, isTlsFirst);

    /// <summary>Starts a server at the engine and makes its handle.</summary>
    public static Fault Open(MailEngine engine, ServerKind kind, ServerOptions options, out nint handle)
    {
        handle = 0;
        var fault = engine.StartServer(kind, options, out var server);
        if (fault != Fault.None)
            return fault;
        ServerHandle made = kind == ServerKind.Smtp ? new Smtp(server!) : new Pop3(server!);
        handle = made._address;
        if (handle != 0)
            return Fault.None;
        server!.Stop(TimeSpan.Zero);
        return HandleTable.TooMany;
    }

    /// <summary>A session that the host steps, and its handle.</summary>
    public Fault OpenStepped(SteppedOptions options, out nint handle)
        => SteppedHandle.Open(_server, options, HandleOf, out handle);

    protected abstract SteppedHandle HandleOf(SteppedServerSession session);

    internal sealed class Smtp(StartedServer server) : ServerHandle(server)
    {
        public Fault AddHandlers(HandlerTable handlers) => _server.AddHandlers(handlers);

        protected override SteppedHandle HandleOf(SteppedServerSession session) => new SteppedHandle.Smtp(session);
    }

    internal sealed class Pop3(StartedServer server) : ServerHandle(server)
    {
        public Fault AddHandlers(Pop3HandlerTable handlers) => _server.AddHandlers(handlers);

        protected override SteppedHandle HandleOf(SteppedServerSession session) => new SteppedHandle.Pop3(session);
    }
}
