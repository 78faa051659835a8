using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>The engine's log as C sees it.</summary>
internal static class Log
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_engine_set_log", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetLog(nint engine, int level, nint callback, nint user)
        => Boundary.CodeInsideLog((engine, level, callback, user), SetLog);

    private static Fault SetLog((nint Engine, int Level, nint Callback, nint User) call)
    {
        var fault = HandleTable.Find(call.Engine, out EngineHandle engine);
        if (fault != Fault.None)
            return fault;
        if (call.Level is < (int)LogLevel.Error or > (int)LogLevel.Debug)
            return FaultReason.Because(Fault.Argument, "a level is MM_LOG_ERROR to MM_LOG_DEBUG");
        engine.Log.Set(engine.Engine, (LogLevel)call.Level, call.Callback, call.User);
        return Fault.None;
    }
}
