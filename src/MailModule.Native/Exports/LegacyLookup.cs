using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>The old function that finds mail servers. There is no resolver in this version.</summary>
internal static class LegacyLookup
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_find_mx", CallConvs = [typeof(CallConvCdecl)])]
    private static int FindMx(nint domain, nint servers, int size) => Boundary.Call((domain, servers, size), 0, FindMx);

    private static Fault FindMx((nint Domain, nint Servers, int Size) call, out int count)
    {
        count = 0;
        var fault = Text.Read(call.Domain, out _);
        if (fault != Fault.None)
            return fault;
        return call.Servers == 0 || call.Size < 1 ? Fault.Argument : Fault.NotSupported;
    }
}
