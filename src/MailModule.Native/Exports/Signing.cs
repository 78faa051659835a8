using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine.Authenticating;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>Signatures by DKIM, and seals by ARC.</summary>
internal static unsafe class Signing
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_dkim_sign", CallConvs = [typeof(CallConvCdecl)])]
    private static int Sign(nint engine, nint options, nint query, nint buffer, nuint size, nint length)
        => Boundary.Code((engine, options, query, buffer, size, length), Sign);

    private static Fault Sign((nint Engine, nint Options, nint Query, nint Buffer, nuint Size, nint Length) call)
    {
        var fault = CheckRoom(call.Buffer, call.Size);
        if (fault != Fault.None
            || (fault = AskToSign(call.Engine, call.Options, call.Query, out var question)) != Fault.None)
            return fault;
        return Give(question!, call.Buffer, call.Size, call.Length);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_dkim_sign_start", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartSign(nint engine, nint options, nint query, nint done, nint user)
        => Boundary.Code((engine, options, query, done, user), StartSign);

    private static Fault StartSign((nint Engine, nint Options, nint Query, nint Done, nint User) call)
    {
        if (call.Done == 0)
            return FaultReason.Because(Fault.Argument, "done is NULL");
        var fault = AskToSign(call.Engine, call.Options, call.Query, out var question);
        return fault == Fault.None ? question!.Start(new SignCallback(call.Done, call.User).Tell) : fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_arc_seal", CallConvs = [typeof(CallConvCdecl)])]
    private static int Seal(nint engine, nint options, nint query, nint found, nint buffer, nuint size, nint length)
        => Boundary.Code((engine, options, query, found, buffer, size, length), Seal);

    private static Fault Seal(
        (nint Engine, nint Options, nint Query, nint Found, nint Buffer, nuint Size, nint Length) call)
    {
        var fault = CheckRoom(call.Buffer, call.Size);
        if (fault != Fault.None
            || (fault = AskToSeal(call.Engine, call.Options, call.Query, call.Found, out var question)) != Fault.None)
            return fault;
        return Give(question!, call.Buffer, call.Size, call.Length);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_arc_seal_start", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartSeal(nint engine, nint options, nint query, nint found, nint done, nint user)
        => Boundary.Code((engine, options, query, found, done, user), StartSeal);

    private static Fault StartSeal((nint Engine, nint Options, nint Query, nint Found, nint Done, nint User) call)
    {
        if (call.Done == 0)
            return FaultReason.Because(Fault.Argument, "done is NULL");
        var fault = AskToSeal(call.Engine, call.Options, call.Query, call.Found, out var question);
        return fault == Fault.None ? question!.Start(new SignCallback(call.Done, call.User).Tell) : fault;
    }

    private static Fault CheckRoom(nint buffer, nuint size)
    {
        if (buffer == 0 && size > 0)
            return FaultReason.Because(Fault.Argument, "buffer is NULL, and size is not 0");
        if (size > 0)
            *(byte*)buffer = 0;
        return Fault.None;
    }

    private static Fault Give(HostQuestion<string> question, nint buffer, nuint size, nint length)
    {
        var fault = question.Wait(out string? fields);
        return fault == Fault.None ? Text.Copy(fields!, buffer, size, length) : fault;
    }

    private static Fault AskToSign(nint handle, nint options, nint query, out HostQuestion<string>? question)
    {
        question = null;
        var fault = Read(handle, options, query, out var questions, out var key, out var given);
        if (fault == Fault.None)
            fault = questions.NewSignature(key, out question);
        return fault == Fault.None ? AuthQueryReader.Feed(given, question!) : fault;
    }

    private static Fault AskToSeal(
        nint handle, nint options, nint query, nint found, out HostQuestion<string>? question)
    {
        question = null;
        var fault = Read(handle, options, query, out var questions, out var key, out var given);
        if (fault != Fault.None || (fault = Text.ReadOptional(found, "found", out string? results)) != Fault.None)
            return fault;
        fault = questions.NewSeal(key, results, out question);
        return fault == Fault.None ? AuthQueryReader.Feed(given, question!) : fault;
    }

    private static Fault Read(
        nint handle, nint options, nint query, out HostQuestions questions, out GivenKey? key,
        out AuthQueryLayout given)
    {
        (questions, key, given) = (null!, null, default);
        var fault = HandleTable.Find(handle, out EngineHandle engine);
        if (fault == Fault.None)
            fault = SignOptionsReader.Read(options, out key);
        if (fault == Fault.None)
            fault = Layout.Read(query, out given);
        if (fault == Fault.None)
            fault = AuthQueryReader.CheckMessage(given);
        if (fault != Fault.None || (fault = engine.Engine.OpenQuestions(out var opened)) != Fault.None)
            return fault;
        questions = opened!;
        return Fault.None;
    }
}
