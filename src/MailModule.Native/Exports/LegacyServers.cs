using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine;
using MailModule.Engine.Serving;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>The old functions that start the servers.</summary>
internal static class LegacyServers
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_set_smtp_server", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetSmtpServer(nint callback, int port, int mask)
        => Boundary.Code((callback, port, mask), SetSmtpServer);

    private static Fault SetSmtpServer((nint Callback, int Port, int Mask) call)
        => call.Port is < 0 or > 65535
            ? FaultReason.Because(Fault.Argument, "a port is 0 to 65535")
            : MailEngine.Default.StartSmtp(RequestCallback.For(call.Callback), call.Port, (RequestAction)call.Mask);

    [UnmanagedCallersOnly(EntryPoint = "mmi_set_pop3_server", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetPop3Server(nint callback, int port, int mask)
        => Boundary.Code((callback, port, mask), SetPop3Server);

    private static Fault SetPop3Server((nint Callback, int Port, int Mask) call)
        => call.Port is < 0 or > 65535
            ? FaultReason.Because(Fault.Argument, "a port is 0 to 65535")
            : MailEngine.Default.StartPop3(RequestCallback.For(call.Callback), call.Port, (RequestAction)call.Mask);
}
