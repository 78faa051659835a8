using MailModule.Engine;
using MailModule.Engine.Connecting;
using MailModule.Native.Abi;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Native.Exports;

internal delegate Fault ClientOpening(MailEngine engine, ClientSetup setup, out nint handle);

/// <summary>
/// The functions of a client's connection, of TLS, of logins, and what can be asked about them, for whatever it speaks.
/// </summary>
internal static unsafe class ClientConnections<THandle> where THandle : ClientHandle
{
    private const int NoGreeting = 1;
    private const int TlsFirst = 2;
    private const int Greeting = 4;

    /// <param name="name">Of the place, as the header has it.</param>
    public static int New(nint engine, nint options, nint place, string name, ClientOpening open)
        => Boundary.Code((engine, options, place, name, open), static call =>
        {
            if (call.place == 0)
                return FaultReason.Because(Fault.Argument, $"{call.name} is NULL");
            *(nint*)call.place = 0;
            var fault = HandleTable.Find(call.engine, out EngineHandle engine);
            if (fault != Fault.None)
                return fault;
            ClientOptionsLayout given = default;
            if (call.options != 0 && (fault = Layout.Read(call.options, out given)) != Fault.None)
                return fault;
            fault = ClientOptionsReader.Read(given, out var setup);
            return fault == Fault.None ? call.open(engine.Engine, setup, out *(nint*)call.place) : fault;
        });

    public static int Free(nint client) => Boundary.End(client, static (THandle one) => one.Free());

    public static int SetTimeouts(nint client, int connect, int send, int receive) => Call(client, handle =>
    {
        var fault = ClientOptionsReader.ReadTimes(connect, send, receive, out var times);
        return fault == Fault.None ? handle.Client.SetTimes(times) : fault;
    });

    /// <param name="plainPort">For port 0, without TLS from the first octet.</param>
    /// <param name="tlsPort">For port 0, with it.</param>
    public static int Connect(nint client, nint host, int port, int flags, nint answer, int plainPort, int tlsPort)
        => Call(client, answer, handle =>
        {
            var fault = Text.Read(host, "host", out string name);
            if (fault == Fault.None)
                fault = CheckFlags(flags, NoGreeting | TlsFirst);
            bool isTlsFirst = (flags & TlsFirst) != 0;
            int number = port != 0 ? port : isTlsFirst ? tlsPort : plainPort;
            return fault == Fault.None
                ? handle.Client.Connect(name, number, isTlsFirst, (flags & NoGreeting) == 0)
                : fault;
        });

    public static int ConnectTransport(nint client, nint transport, nint host, int flags, nint answer)
        => WithTransport(client, transport, answer, (handle, made) =>
        {
            var fault = Text.ReadOptional(host, "host", out string? name);
            if (fault == Fault.None)
                fault = CheckFlags(flags, NoGreeting | TlsFirst);
            if (fault == Fault.None)
                return handle.Client.Connect(made, name ?? "", (flags & TlsFirst) != 0, (flags & NoGreeting) == 0);
            made.Close();
            return fault;
        });

    public static int StartTls(nint client, nint name, int flags, nint answer) => Call(client, answer, handle =>
    {
        var fault = Text.ReadOptional(name, "server_name", out string? text);
        if (fault == Fault.None)
            fault = CheckFlags(flags, Greeting);
        return fault == Fault.None ? handle.Client.StartTls(text, (flags & Greeting) != 0) : fault;
    });

    public static int SetTransport(nint client, nint transport)
        => WithTransport(client, transport, 0, (handle, made) => handle.Client.SetTransport(made));

    public static int GetSocket(nint client, nint place) => Call(client, handle => place == 0
        ? FaultReason.Because(Fault.Argument, "socket is NULL")
        : handle.Client.Socket(out *(nint*)place));

    public static int Wait(nint client, int wanted, int milliseconds, nint place) => Call(client, handle =>
    {
        if (wanted is < (int)Readiness.Input or > (int)(Readiness.Input | Readiness.Room) || place == 0)
            return FaultReason.Because(Fault.Argument, "found is NULL, or wanted is not MM_READY_... bits");
        *(int*)place = 0;
        if (!Times.TryReadWait(milliseconds, out var time))
            return Times.NoWait;
        var fault = handle.Client.Wait((Readiness)wanted, time, out var there);
        *(int*)place = (int)there;
        return fault;
    });

    /// <summary>From any thread, so it is not one of the calls of which there is one at a time.</summary>
    public static int Cancel(nint client) => Boundary.Code(client, static value =>
    {
        var fault = HandleTable.Find(value, out THandle handle);
        if (fault == Fault.None)
            handle.Client.Cancel();
        return fault;
    });

    public static int Close(nint client) => Call(client, handle => handle.Client.Close());

    public static int Auth(nint client, nint mechanism, nint user, nint password, nint answer)
        => Call(client, answer, handle =>
        {
            var fault = Text.ReadOptional(mechanism, "mechanism", out string? name);
            if (fault != Fault.None)
                return fault;
            fault = Text.ReadOptional(user, "user", out string? userName);
            if (fault != Fault.None)
                return fault;
            fault = Text.ReadOptional(password, "password", out string? secret);
            return fault == Fault.None ? handle.Client.Auth(name, userName, secret) : fault;
        });

    public static int AuthToken(nint client, nint mechanism, nint identity, nint token, nint user, nint answer)
        => Call(client, answer, handle =>
        {
            var fault = Text.ReadOptional(mechanism, "mechanism", out string? name);
            if (fault != Fault.None)
                return fault;
            fault = Text.Read(identity, "identity", out string text);
            if (fault == Fault.None && token == 0)
                fault = FaultReason.Because(Fault.Argument, "token is NULL");
            return fault == Fault.None
                ? handle.Client.AuthToken(name, text, new TokenCallback(token, user).Read)
                : fault;
        });

    public static int AuthRaw(nint client, nint mechanism, nint initial, nint answer) => Call(client, answer, handle =>
    {
        var fault = Text.Read(mechanism, "mechanism", out string name);
        if (fault != Fault.None)
            return fault;
        fault = Text.ReadOptional(initial, "initial", out string? text);
        return fault == Fault.None ? handle.Client.AuthRaw(name, text) : fault;
    });

    public static int AuthRespond(nint client, nint response, nint answer) => Call(client, answer, handle =>
    {
        var fault = Text.Read(response, "response", out string text);
        return fault == Fault.None ? handle.Client.AuthRespond(text) : fault;
    });

    public static int Receive(nint client, nint answer) => Call(client, answer, handle => handle.Client.Receive());

    public static int GetCapabilityCount(nint client, nint count) => Call(client, handle =>
    {
        if (count == 0)
            return FaultReason.Because(Fault.Argument, "count is NULL");
        *(int*)count = handle.Client.Capabilities.Count;
        return Fault.None;
    });

    public static int GetCapability(nint client, int index, nint text) => Call(client, handle => text == 0
        ? FaultReason.Because(Fault.Argument, "text is NULL")
        : handle.Capability(index, out *(nint*)text));

    public static int FindCapability(nint client, nint name, nint parameters) => Call(client, handle =>
    {
        if (parameters == 0)
            return FaultReason.Because(Fault.Argument, "parameters is NULL");
        var fault = Text.Read(name, "name", out string keyword);
        return fault == Fault.None ? handle.FindCapability(keyword, out *(nint*)parameters) : fault;
    });

    public static int GetReply(nint client, nint reply) => Call(client, handle => handle.WriteReply(reply));

    public static int GetError(nint client, nint detail) => Call(client, handle => handle.WriteError(detail));

    public static int GetTls(nint client, nint text) => Call(client, handle => text == 0
        ? FaultReason.Because(Fault.Argument, "text is NULL")
        : handle.Tls(out *(nint*)text));

    private static int Call(nint client, Func<THandle, Fault> body) => ClientHandle.Call(client, 0, body);

    private static int Call(nint client, nint answer, Func<THandle, Fault> body)
        => ClientHandle.Call(client, answer, body);

    /// <summary>
    /// A transport of the host's: whatever keeps the call from its body closes it, once it can be read.
    /// </summary>
    private static int WithTransport(
        nint client, nint transport, nint answer, Func<THandle, HostTransport, Fault> body)
    {
        HostTransport? made = null;
        bool isTaken = false;
        int result = Boundary.Code(transport, place => HostTransport.TryMake(place, out made));
        if (result != 0)
            return result;
        result = Call(client, answer, handle =>
        {
            isTaken = true;
            return body(handle, made!);
        });
        if (!isTaken)
            made!.Close();
        return result;
    }

    private static Fault CheckFlags(int flags, int known)
        => (flags & ~known) == 0
            ? Fault.None
            : FaultReason.Because(Fault.Argument, "flags has bits that mean nothing here");
}
