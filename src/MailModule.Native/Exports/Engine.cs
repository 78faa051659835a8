using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine;
using MailModule.Native.Abi;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Native.Exports;

/// <summary>The engine's life as C sees it.</summary>
internal static unsafe class Engine
{
    /// <summary>
    /// Called before everything else: being called is what starts the runtime. Called again by the next call where it
    /// could not make what the whole process shares.
    /// </summary>
    [UnmanagedCallersOnly(EntryPoint = "mmi_start", CallConvs = [typeof(CallConvCdecl)])]
    private static int Start(delegate* unmanaged[Cdecl]<nint, nint, int> watchTls,
        delegate* unmanaged[Cdecl]<int, void> setTlsOurs,
        delegate* unmanaged[Cdecl]<byte**, byte**, byte*, int, uint, uint, int> spawnAs)
    {
        OpenSslBuffers.SetCalls(watchTls, setTlsOurs);
        UserChange.SetCall(spawnAs);
        UnsharedDescriptors.SetCall(&Shim.Unshare);
        // The first lock that two threads want makes the runtime read its spin count from the environment, on whichever
        // thread that is. Should that thread just be setting up UTF-8, it finds it half done and faults without end. So
        // all that this reading needs is set up here, where there is one thread.
        AppContext.TryGetSwitch("System.Threading.SpinCount", out _);
        _ = Environment.GetEnvironmentVariable("DOTNET_SpinCount");
        return Boundary.Code(0, MakeShared);
    }

    /// <summary>
    /// The threads of the process, and what else is made once: later a shortage might keep it from being made for good.
    /// </summary>
    private static Fault MakeShared(int none)
    {
        // Before the threads: what the system's allocator reserves for each may be all that is left.
        if (EngineHandle.Default.Address == 0)
            return FaultReason.Because(Fault.Memory, "no memory for the default engine");
        return SharedThreads.Start() is { } shortage ? FaultReason.Because(Fault.Memory, shortage) : Fault.None;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_engine_default", CallConvs = [typeof(CallConvCdecl)])]
    private static nint Default() => Boundary.Call(0, nint.Zero, Default, fromLog: true);

    private static Fault Default(int none, out nint handle)
    {
        handle = EngineHandle.Default.Address;
        return Fault.None;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_engine_new", CallConvs = [typeof(CallConvCdecl)])]
    private static int New(nint place) => Boundary.Code(place, NewEngine);

    private static Fault NewEngine(nint place)
    {
        if (place == 0)
            return FaultReason.Because(Fault.Argument, "engine is NULL");
        return EngineHandle.Open(out *(nint*)place);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_engine_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int Free(nint engine) => Boundary.Code(engine, FreeEngine);

    private static Fault FreeEngine(nint handle)
    {
        if (handle == 0)
            return Fault.None;
        var fault = HandleTable.Find(handle, out EngineHandle engine);
        if (fault != Fault.None)
            return fault;
        return Callbacks.Inside ? Callbacks.MayNotWait : engine.Close();
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_engine_stop", CallConvs = [typeof(CallConvCdecl)])]
    private static int Stop(nint engine, int milliseconds) => Boundary.Code((engine, milliseconds), Stop);

    private static Fault Stop((nint Engine, int Milliseconds) call)
    {
        var fault = HandleTable.Find(call.Engine, out EngineHandle engine);
        if (fault != Fault.None)
            return fault;
        if (!Times.TryReadWait(call.Milliseconds, out var timeout))
            return Times.NoWait;
        return Callbacks.Inside ? Callbacks.MayNotWait : engine.Engine.Stop(timeout);
    }
}
