using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>The old functions around the settings of the default engine.</summary>
internal static class LegacySettings
{
    private static readonly KeptTexts Given = new();

    [UnmanagedCallersOnly(EntryPoint = "mmi_load_config", CallConvs = [typeof(CallConvCdecl)])]
    private static int LoadConfig(nint file) => Boundary.Code(file, LoadFile);

    private static Fault LoadFile(nint pointer)
    {
        var fault = Text.ReadOptional(pointer, "filename", out string? file);
        return fault != Fault.None ? fault : MailEngine.Default.LoadConfig(file);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_set_text", CallConvs = [typeof(CallConvCdecl)])]
    private static void SetText(nint key, nint value) => Boundary.Code((key, value), SetText);

    private static Fault SetText((nint Key, nint Value) call)
    {
        var fault = Text.Read(call.Key, "param", out string key);
        if (fault != Fault.None)
            return fault;
        fault = Text.Read(call.Value, "val", out string value);
        return fault != Fault.None ? fault : MailEngine.Default.Set(key, value);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_set_int", CallConvs = [typeof(CallConvCdecl)])]
    private static void SetInt(nint key, int value) => Boundary.Code((key, value), SetInt);

    private static Fault SetInt((nint Key, int Value) call)
    {
        var fault = Text.Read(call.Key, "param", out string key);
        return fault != Fault.None ? fault : MailEngine.Default.Set(key, call.Value);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_get_int", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInt(nint key) => Boundary.Call(key, 0, GetInt);

    private static Fault GetInt(nint pointer, out int value)
    {
        value = 0;
        var fault = Text.Read(pointer, "param", out string key);
        return fault != Fault.None ? fault : MailEngine.Default.TryGetInt(key, out value);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_get_text", CallConvs = [typeof(CallConvCdecl)])]
    private static nint GetText(nint key) => Boundary.Call(key, nint.Zero, GetText);

    private static Fault GetText(nint pointer, out nint text)
    {
        text = 0;
        var fault = Text.Read(pointer, "param", out string key);
        if (fault != Fault.None)
            return fault;
        fault = MailEngine.Default.TryGetText(key, out string? value);
        if (fault == Fault.None && value is not null)
            text = Given.Keep(key, value);
        return fault;
    }
}
