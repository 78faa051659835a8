using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine;
using MailModule.Engine.Importing;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Mail of the old module.</summary>
internal static class Importing
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_import_legacy", CallConvs = [typeof(CallConvCdecl)])]
    private static int Import(nint engine, nint options, nint callback, nint user, nint result)
        => Boundary.Code((engine, options, callback, user, result), Import);

    private static Fault Import((nint Engine, nint Options, nint Callback, nint User, nint Result) call)
    {
        var fault = HandleTable.Find(call.Engine, out EngineHandle engine);
        if (fault == Fault.None && call.Result != 0)
            fault = Layout.Check<ImportResultLayout>(call.Result);
        if (fault != Fault.None)
            return fault;
        if (call.Result != 0)
            Layout.Write(call.Result, ImportResultLayout.Of(default));
        fault = ImportOptionsLayout.Read(call.Options, out var options);
        if (fault != Fault.None)
            return fault;
        if (!MailEngine.MayBlock)
            return Callbacks.MayNotBlock;
        fault = engine.Engine.OpenMailData(out var data);
        if (fault != Fault.None)
            return fault;
        fault = data!.Import(options, new ImportCallback(call.Callback, call.User).Invoke, out ImportCounts counts);
        if (call.Result != 0)
            Layout.Write(call.Result, ImportResultLayout.Of(counts));
        return fault;
    }
}
