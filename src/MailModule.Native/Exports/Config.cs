using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Authentication.Dkim;
using MailModule.Engine.Settings;
using MailModule.Native.Abi;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>A configuration that is looked at, and passwords and keys for it.</summary>
internal static unsafe class Config
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_config_check", CallConvs = [typeof(CallConvCdecl)])]
    private static int Check(nint file, nint callback, nint user, nint errors)
        => Boundary.Code((file, callback, user, errors), Check);

    private static Fault Check((nint File, nint Callback, nint User, nint Errors) call)
    {
        var fault = Text.Read(call.File, "filename", out string file);
        if (fault == Fault.None && file.Length == 0)
            fault = FaultReason.Because(Fault.Argument, "filename is empty");
        if (fault != Fault.None)
            return fault;
        fault = ConfigCheck.Run(file, out var found);
        if (fault != Fault.None)
            return fault;
        if (call.Errors != 0)
            *(int*)call.Errors = found.Count(one => one.Severity == ConfigSeverity.Error);
        if (call.Callback != 0)
            foreach (ConfigFinding one in found)
                Tell(call.Callback, call.User, one);
        return Fault.None;
    }

    private static void Tell(nint callback, nint user, ConfigFinding finding)
    {
        Span<nint> texts = stackalloc nint[3];
        nint memory = TextBlock.Allocate([finding.File, finding.Key, finding.Text], texts);
        ((delegate* unmanaged[Cdecl]<int, nint, int, nint, nint, nint, void>)callback)(
            (int)finding.Severity, texts[0], finding.Line, texts[1], texts[2], user);
        Text.Free(memory);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_password_make", CallConvs = [typeof(CallConvCdecl)])]
    private static int Make(nint password, int form, int iterations, nint buffer, nuint size, nint length)
        => Boundary.Code((password, form, iterations, buffer, size, length), Make);

    private static Fault Make((nint Password, int Form, int Iterations, nint Buffer, nuint Size, nint Length) call)
    {
        if (call.Buffer == 0 && call.Size > 0)
            return FaultReason.Because(Fault.Argument, "buffer is NULL, and size is not 0");
        if (call.Size > 0)
            *(byte*)call.Buffer = 0;
        var fault = Text.Read(call.Password, "password", out string password);
        if (fault != Fault.None)
            return fault;
        fault = NewPassword.Make(password, (PasswordForm)call.Form, call.Iterations, out string stored);
        return fault != Fault.None ? fault : Text.Copy(stored, call.Buffer, call.Size, call.Length);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_dkim_key_make", CallConvs = [typeof(CallConvCdecl)])]
    private static int MakeKey(
        int algorithm, int bits, nint key, nuint keySize, nint keyLength, nint record, nuint recordSize,
        nint recordLength)
        => Boundary.Code(
            (algorithm, bits, new Room(key, keySize, keyLength), new Room(record, recordSize, recordLength)), MakeKey);

    private static Fault MakeKey((int Algorithm, int Bits, Room Key, Room Record) call)
    {
        if (call.Key.Size == 0 || call.Record.Size == 0)
            return FaultReason.Because(Fault.Argument, "there is no room for the key, or for its record");
        Fault fault = call.Key.Clear("key");
        if (fault == Fault.None)
            fault = call.Record.Clear("record");
        if (fault != Fault.None)
            return fault;
        NewDkimKey? made = null;
        fault = (call.Algorithm, call.Bits) switch
        {
            (1, _) => NewDkimKey.MakeRsa(call.Bits, out made),
            (2, 0) => NewDkimKey.MakeEd25519(out made),
            (2, _) => FaultReason.Because(Fault.Argument, "bits is not 0, and the key is no RSA key"),
            _ => FaultReason.Because(Fault.Argument, "algorithm is none"),
        };
        if (fault != Fault.None)
            return fault;
        Fault record = Text.Copy(made!.Record, call.Record.Buffer, call.Record.Size, call.Record.Length);
        fault = Text.Copy(made.Pem, call.Key.Buffer, call.Key.Size, call.Key.Length);
        return fault != Fault.None ? fault : record;
    }

    /// <summary>Where a host has room for a text.</summary>
    private readonly record struct Room(nint Buffer, nuint Size, nint Length)
    {
        /// <summary>The room holds an empty text; <see cref="Fault.Argument"/>: it is none.</summary>
        public Fault Clear(string name)
        {
            if (Buffer == 0)
                return FaultReason.Because(Fault.Argument, $"{name} is NULL");
            *(byte*)Buffer = 0;
            return Fault.None;
        }
    }
}
