using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine.Sending;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Messages in whole transactions over a client's connection.</summary>
internal static class SmtpTransactions
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_send_all", CallConvs = [typeof(CallConvCdecl)])]
    private static int SendAll(nint smtp, nint next, nint sent, nint user)
        => SmtpHandle.Call(smtp, handle => SendAll(handle, next, sent, user));

    private static Fault SendAll(SmtpHandle handle, nint next, nint sent, nint user)
    {
        if (next == 0)
            return FaultReason.Because(Fault.Argument, "next is NULL");
        using var messages = new HostMessages(next, sent, user);
        return ClientTransactions.Send(handle.Client, messages);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_send_message", CallConvs = [typeof(CallConvCdecl)])]
    private static int SendMessage(nint smtp, nint message, nint results, nint code)
        => SmtpHandle.Call(smtp, handle => SendMessage(handle, message, results, code));

    private static unsafe Fault SendMessage(SmtpHandle handle, nint message, nint results, nint code)
    {
        if (code != 0)
            *(int*)code = 0;
        var fault = Layout.Read(message, out SmtpMessageLayout given);
        if (fault != Fault.None)
            return fault;
        fault = OneMessage.CheckResults(results);
        if (fault != Fault.None)
            return fault;
        var one = new OneMessage(given, results);
        handle.KeepSent(one);
        fault = ClientTransactions.Send(handle.Client, one);
        if (fault != Fault.None)
            one.Fail(fault);
        if (code != 0)
            *(int*)code = one.Code;
        return fault;
    }
}
