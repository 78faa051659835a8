using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Native.Abi;
using Connections = MailModule.Native.Exports.ClientConnections<MailModule.Native.Abi.Pop3Handle>;

namespace MailModule.Native.Exports;

/// <summary>POP3 clients: their connection, TLS, logins, and what can be asked about them.</summary>
internal static class Pop3Connections
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_new", CallConvs = [typeof(CallConvCdecl)])]
    private static int New(nint engine, nint options, nint place)
        => Connections.New(engine, options, place, "pop3", Pop3Handle.Open);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int Free(nint pop3) => Connections.Free(pop3);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_set_timeouts", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetTimeouts(nint pop3, int connect, int send, int receive)
        => Connections.SetTimeouts(pop3, connect, send, receive);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_connect", CallConvs = [typeof(CallConvCdecl)])]
    private static int Connect(nint pop3, nint host, int port, int flags, nint status)
        // RFC 1939 §3, RFC 8314 §7.3
        => Connections.Connect(pop3, host, port, flags, status, plainPort: 110, tlsPort: 995);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_connect_transport", CallConvs = [typeof(CallConvCdecl)])]
    private static int ConnectTransport(nint pop3, nint transport, nint host, int flags, nint status)
        => Connections.ConnectTransport(pop3, transport, host, flags, status);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_start_tls", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartTls(nint pop3, nint name, int flags, nint status)
        => Connections.StartTls(pop3, name, flags, status);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_set_transport", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetTransport(nint pop3, nint transport) => Connections.SetTransport(pop3, transport);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_get_socket", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetSocket(nint pop3, nint place) => Connections.GetSocket(pop3, place);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_wait", CallConvs = [typeof(CallConvCdecl)])]
    private static int Wait(nint pop3, int wanted, int milliseconds, nint place)
        => Connections.Wait(pop3, wanted, milliseconds, place);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_cancel", CallConvs = [typeof(CallConvCdecl)])]
    private static int Cancel(nint pop3) => Connections.Cancel(pop3);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_close", CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(nint pop3) => Connections.Close(pop3);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_auth", CallConvs = [typeof(CallConvCdecl)])]
    private static int Auth(nint pop3, nint mechanism, nint user, nint password, nint status)
        => Connections.Auth(pop3, mechanism, user, password, status);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_auth_token", CallConvs = [typeof(CallConvCdecl)])]
    private static int AuthToken(nint pop3, nint mechanism, nint identity, nint token, nint user, nint status)
        => Connections.AuthToken(pop3, mechanism, identity, token, user, status);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_auth_raw", CallConvs = [typeof(CallConvCdecl)])]
    private static int AuthRaw(nint pop3, nint mechanism, nint initial, nint status)
        => Connections.AuthRaw(pop3, mechanism, initial, status);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_auth_respond", CallConvs = [typeof(CallConvCdecl)])]
    private static int AuthRespond(nint pop3, nint response, nint status)
        => Connections.AuthRespond(pop3, response, status);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_receive", CallConvs = [typeof(CallConvCdecl)])]
    private static int Receive(nint pop3, nint status) => Connections.Receive(pop3, status);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_get_capability_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCapabilityCount(nint pop3, nint count) => Connections.GetCapabilityCount(pop3, count);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_get_capability", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCapability(nint pop3, int index, nint text) => Connections.GetCapability(pop3, index, text);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_find_capability", CallConvs = [typeof(CallConvCdecl)])]
    private static int FindCapability(nint pop3, nint name, nint parameters)
        => Connections.FindCapability(pop3, name, parameters);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_get_reply", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetReply(nint pop3, nint reply) => Connections.GetReply(pop3, reply);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_get_error", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetError(nint pop3, nint detail) => Connections.GetError(pop3, detail);

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_get_tls", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetTls(nint pop3, nint text) => Connections.GetTls(pop3, text);
}
