using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>The settings of an engine.</summary>
internal static unsafe class Settings
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_engine_load", CallConvs = [typeof(CallConvCdecl)])]
    private static int Load(nint engine, nint file) => Boundary.Code((engine, file), Load);

    private static Fault Load((nint Engine, nint File) call)
    {
        var fault = Find(call.Engine, call.File, "filename", out var engine, out string file);
        return fault != Fault.None ? fault : engine.LoadConfig(file);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_engine_set", CallConvs = [typeof(CallConvCdecl)])]
    private static int Set(nint engine, nint key, nint text) => Boundary.Code((engine, key, text), Set);

    private static Fault Set((nint Engine, nint Key, nint Text) call)
    {
        var fault = Find(call.Engine, call.Key, "key", out var engine, out string key);
        if (fault != Fault.None)
            return fault;
        fault = Text.Read(call.Text, "text", out string text);
        return fault != Fault.None ? fault : engine.Set(key, text);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_engine_set_int", CallConvs = [typeof(CallConvCdecl)])]
    private static int SetInt(nint engine, nint key, long value) => Boundary.Code((engine, key, value), SetInt);

    private static Fault SetInt((nint Engine, nint Key, long Value) call)
    {
        var fault = Find(call.Engine, call.Key, "key", out var engine, out string key);
        return fault != Fault.None ? fault : engine.Set(key, call.Value);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_engine_get", CallConvs = [typeof(CallConvCdecl)])]
    private static int Get(nint engine, nint key, nint buffer, nuint size, nint length)
        => Boundary.Code((engine, key, buffer, size, length), Get);

    private static Fault Get((nint Engine, nint Key, nint Buffer, nuint Size, nint Length) call)
    {
        if (call.Buffer == 0 && call.Size > 0)
            return FaultReason.Because(Fault.Argument, "buffer is NULL, and size is not 0");
        if (call.Size > 0)
            *(byte*)call.Buffer = 0;
        var fault = Find(call.Engine, call.Key, "key", out var engine, out string key);
        if (fault != Fault.None)
            return fault;
        fault = engine.TryGetText(key, out string? text);
        return fault != Fault.None ? fault : Text.Copy(text ?? "", call.Buffer, call.Size, call.Length);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_engine_get_int", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInt(nint engine, nint key, nint value) => Boundary.Code((engine, key, value), GetInt);

    private static Fault GetInt((nint Engine, nint Key, nint Value) call)
    {
        if (call.Value == 0)
            return FaultReason.Because(Fault.Argument, "value is NULL");
        *(long*)call.Value = 0;
        var fault = Find(call.Engine, call.Key, "key", out var engine, out string key);
        return fault != Fault.None ? fault : engine.TryGetNumber(key, out *(long*)call.Value);
    }

    private static Fault Find(nint handle, nint pointer, string name, out MailEngine engine, out string text)
    {
        engine = null!;
        text = "";
        var fault = HandleTable.Find(handle, out EngineHandle found);
        if (fault != Fault.None)
            return fault;
        engine = found.Engine;
        return Text.Read(pointer, name, out text);
    }
}
