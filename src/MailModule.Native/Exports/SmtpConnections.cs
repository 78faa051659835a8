using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Native.Abi;
using Connections = MailModule.Native.Exports.ClientConnections<MailModule.Native.Abi.SmtpHandle>;

namespace MailModule.Native.Exports;

/// <summary>SMTP clients: their connection, TLS, logins, and what can be asked about them.</summary>
internal static class SmtpConnections
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_new", CallConvs = [typeof(CallConvCdecl)])]
    private static int New(nint engine, nint options, nint place)
        => Connections.New(engine, options, place, "smtp", SmtpHandle.Open);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int Free(nint smtp) => Connections.Free(smtp);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_set_timeouts", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetTimeouts(nint smtp, int connect, int send, int receive)
        => Connections.SetTimeouts(smtp, connect, send, receive);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_connect", CallConvs = [typeof(CallConvCdecl)])]
    private static int Connect(nint smtp, nint host, int port, int flags, nint code)
        => Connections.Connect(smtp, host, port, flags, code, plainPort: 25, tlsPort: 465); // RFC 8314 §7.3

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_connect_transport", CallConvs = [typeof(CallConvCdecl)])]
    private static int ConnectTransport(nint smtp, nint transport, nint host, int flags, nint code)
        => Connections.ConnectTransport(smtp, transport, host, flags, code);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_start_tls", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartTls(nint smtp, nint name, int flags, nint code)
        => Connections.StartTls(smtp, name, flags, code);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_set_transport", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetTransport(nint smtp, nint transport) => Connections.SetTransport(smtp, transport);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_get_socket", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetSocket(nint smtp, nint place) => Connections.GetSocket(smtp, place);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_wait", CallConvs = [typeof(CallConvCdecl)])]
    private static int Wait(nint smtp, int wanted, int milliseconds, nint place)
        => Connections.Wait(smtp, wanted, milliseconds, place);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_cancel", CallConvs = [typeof(CallConvCdecl)])]
    private static int Cancel(nint smtp) => Connections.Cancel(smtp);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_close", CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(nint smtp) => Connections.Close(smtp);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_auth", CallConvs = [typeof(CallConvCdecl)])]
    private static int Auth(nint smtp, nint mechanism, nint user, nint password, nint code)
        => Connections.Auth(smtp, mechanism, user, password, code);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_auth_token", CallConvs = [typeof(CallConvCdecl)])]
    private static int AuthToken(nint smtp, nint mechanism, nint identity, nint token, nint user, nint code)
        => Connections.AuthToken(smtp, mechanism, identity, token, user, code);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_auth_raw", CallConvs = [typeof(CallConvCdecl)])]
    private static int AuthRaw(nint smtp, nint mechanism, nint initial, nint code)
        => Connections.AuthRaw(smtp, mechanism, initial, code);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_auth_respond", CallConvs = [typeof(CallConvCdecl)])]
    private static int AuthRespond(nint smtp, nint response, nint code)
        => Connections.AuthRespond(smtp, response, code);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_receive", CallConvs = [typeof(CallConvCdecl)])]
    private static int Receive(nint smtp, nint code) => Connections.Receive(smtp, code);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_get_capability_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCapabilityCount(nint smtp, nint count) => Connections.GetCapabilityCount(smtp, count);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_get_capability", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCapability(nint smtp, int index, nint text) => Connections.GetCapability(smtp, index, text);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_find_capability", CallConvs = [typeof(CallConvCdecl)])]
    private static int FindCapability(nint smtp, nint name, nint parameters)
        => Connections.FindCapability(smtp, name, parameters);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_get_reply", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetReply(nint smtp, nint reply) => Connections.GetReply(smtp, reply);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_get_error", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetError(nint smtp, nint detail) => Connections.GetError(smtp, detail);

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_get_tls", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetTls(nint smtp, nint text) => Connections.GetTls(smtp, text);
}
