using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Authentication.Checks;
using MailModule.Engine;
using MailModule.Engine.Authenticating;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Checks of a message by SPF, DKIM, ARC and DMARC, and their results.</summary>
internal static unsafe class Authentication
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_spf_check", CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckSpf(nint engine, nint query, nint auth)
        => Boundary.Code((engine, query, CheckMethods.Spf, auth), Check);

    [UnmanagedCallersOnly(EntryPoint = "mmi_spf_check_start", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartSpf(nint engine, nint query, nint done, nint user)
        => Boundary.Code((engine, query, CheckMethods.Spf, done, user), Start);

    [UnmanagedCallersOnly(EntryPoint = "mmi_dkim_verify", CallConvs = [typeof(CallConvCdecl)])]
    private static int VerifyDkim(nint engine, nint query, nint auth)
        => Boundary.Code((engine, query, CheckMethods.Dkim, auth), Check);

    [UnmanagedCallersOnly(EntryPoint = "mmi_dkim_verify_start", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartDkim(nint engine, nint query, nint done, nint user)
        => Boundary.Code((engine, query, CheckMethods.Dkim, done, user), Start);

    [UnmanagedCallersOnly(EntryPoint = "mmi_arc_validate", CallConvs = [typeof(CallConvCdecl)])]
    private static int ValidateArc(nint engine, nint query, nint auth)
        => Boundary.Code((engine, query, CheckMethods.Arc, auth), Check);

    [UnmanagedCallersOnly(EntryPoint = "mmi_arc_validate_start", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartArc(nint engine, nint query, nint done, nint user)
        => Boundary.Code((engine, query, CheckMethods.Arc, done, user), Start);

    [UnmanagedCallersOnly(EntryPoint = "mmi_dmarc_check", CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckDmarc(nint engine, nint query, nint auth)
        => Boundary.Code((engine, query, CheckMethods.All, auth), Check);

    [UnmanagedCallersOnly(EntryPoint = "mmi_dmarc_check_start", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartDmarc(nint engine, nint query, nint done, nint user)
        => Boundary.Code((engine, query, CheckMethods.All, done, user), Start);

    private static Fault Check((nint Engine, nint Query, CheckMethods Methods, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "auth is NULL");
        if (!MailEngine.MayBlock)
            return Callbacks.MayNotBlock;
        var fault = Ask(call.Engine, call.Query, call.Methods, out var question);
        if (fault != Fault.None || (fault = question!.Wait(out var results)) != Fault.None)
            return fault;
        return AuthHandle.Open(results!, out *(nint*)call.Place);
    }

    private static Fault Start((nint Engine, nint Query, CheckMethods Methods, nint Done, nint User) call)
    {
        if (call.Done == 0)
            return FaultReason.Because(Fault.Argument, "done is NULL");
        var fault = Ask(call.Engine, call.Query, call.Methods, out var question);
        return fault == Fault.None ? question!.Start(new AuthCallback(call.Done, call.User).Tell) : fault;
    }

    /// <summary>A question to which the message was read.</summary>
    private static Fault Ask(
        nint handle, nint query, CheckMethods methods, out HostQuestion<FoundResults>? question)
    {
        question = null;
        var fault = HandleTable.Find(handle, out EngineHandle engine);
        if (fault != Fault.None)
            return fault;
        fault = Layout.Read(query, out AuthQueryLayout given);
        bool hasMessage = methods != CheckMethods.Spf;
        if (fault == Fault.None && hasMessage)
            fault = AuthQueryReader.CheckMessage(given);
        if (fault != Fault.None || (fault = AuthQueryReader.Read(given, methods, out var subject)) != Fault.None)
            return fault;
        if ((fault = engine.Engine.OpenQuestions(out var questions)) != Fault.None)
            return fault;
        question = questions!.NewCheck(subject);
        return hasMessage ? AuthQueryReader.Feed(given, question) : Fault.None;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_auth_get_count", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetCount(nint auth, nint place) => Boundary.Code((auth, place), GetCount);

    private static Fault GetCount((nint Auth, nint Place) call)
    {
        var fault = HandleTable.Find(call.Auth, out AuthHandle auth);
        if (fault != Fault.None)
            return fault;
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "count is NULL");
        *(int*)call.Place = auth.Count;
        return Fault.None;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_auth_get_result", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetResult(nint auth, int index, nint result)
        => Boundary.Code((auth, index, result), GetResult);

    private static Fault GetResult((nint Auth, int Index, nint Result) call)
    {
        var fault = HandleTable.Find(call.Auth, out AuthHandle auth);
        return fault == Fault.None ? auth.WriteResult(call.Index, call.Result) : fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_auth_get_field", CallConvs = [typeof(CallConvCdecl)])]
    private static int GetField(nint auth, nint name, nint buffer, nuint size, nint length)
        => Boundary.Code((auth, name, buffer, size, length), GetField);

    private static Fault GetField((nint Auth, nint Name, nint Buffer, nuint Size, nint Length) call)
    {
        if (call.Buffer == 0 && call.Size > 0)
            return FaultReason.Because(Fault.Argument, "buffer is NULL, and size is not 0");
        if (call.Size > 0)
            *(byte*)call.Buffer = 0;
        var fault = HandleTable.Find(call.Auth, out AuthHandle auth);
        if (fault != Fault.None || (fault = Text.ReadOptional(call.Name, "name", out string? name)) != Fault.None)
            return fault;
        fault = auth.Field(name, out string field);
        return fault == Fault.None ? Text.Copy(field, call.Buffer, call.Size, call.Length) : fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_auth_free", CallConvs = [typeof(CallConvCdecl)])]
    private static int Free(nint auth) => Boundary.End(auth, static (AuthHandle one) => one.Free());
}
