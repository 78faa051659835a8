using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>The old function that finds mail servers.</summary>
internal static unsafe class LegacyLookup
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_find_mx", CallConvs = [typeof(CallConvCdecl)])]
    private static int FindMx(nint domain, nint servers, int size) => Boundary.Call((domain, servers, size), 0, FindMx);

    private static Fault FindMx((nint Domain, nint Servers, int Size) call, out int count)
    {
        count = 0;
        var fault = Text.Read(call.Domain, "domain", out string domain);
        if (fault != Fault.None)
            return fault;
        if (call.Servers == 0 || call.Size < 1)
            return FaultReason.Because(Fault.Argument, "ret is NULL, or size below 1");
        if (!MailEngine.MayBlock)
            return Callbacks.MayNotBlock;
        fault = MailEngine.Default.FindMx(domain, call.Size, MailHostInfoLayout.NameLimit, out var hosts);
        if (fault != Fault.None)
            return fault;
        count = MailHostInfoLayout.Write(hosts, new Span<MailHostInfoLayout>((void*)call.Servers, call.Size));
        return count > 0
            ? Fault.None
            : FaultReason.Because(
                Fault.Limit, $"{domain}: no server has a name of at most {MailHostInfoLayout.NameLimit} octets");
    }
}
