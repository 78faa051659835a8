using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using MailModule.Engine;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>One mail in one call.</summary>
internal static unsafe class Mail
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_send_mail_start", CallConvs = [typeof(CallConvCdecl)])]
    private static int Start(nint engine, nint options, nint mail, int waits, nint place)
        => Boundary.Code((engine, options, mail, waits, place), Start);

    private static Fault Start((nint Engine, nint Options, nint Mail, int Waits, nint Place) call)
    {
        if (call.Place == 0)
            return FaultReason.Because(Fault.Argument, "send is NULL");
        if (call.Waits != 0 && !MailEngine.MayBlock)
            return Callbacks.MayNotBlock;
        var fault = HandleTable.Find(call.Engine, out EngineHandle engine);
        if (fault != Fault.None)
            return fault;
        SendOptionsLayout options = default;
        if (call.Options != 0 && (fault = Layout.Read(call.Options, out options)) != Fault.None)
            return fault;
        fault = Layout.Read(call.Mail, out MailLayout mail);
        if (fault != Fault.None || (fault = Open(engine.Engine, options, mail, out var send)) != Fault.None)
            return fault;
        *(nint*)call.Place = send.Address; // the callbacks may be there first
        fault = Begin(send, mail);
        if (fault != Fault.None)
            *(nint*)call.Place = 0;
        return fault;
    }

    /// <summary>The message with its recipients and, if it is made here, with its content.</summary>
    private static Fault Open(MailEngine engine, in SendOptionsLayout given, in MailLayout mail, out SendHandle send)
    {
        send = null!;
        var fault = SendOptionsReader.Read(given, out var options);
        if (fault != Fault.None || (fault = MailReader.Read(mail, out var draft)) != Fault.None)
            return fault;
        var text = mail.Text == 0 ? default : MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)mail.Text);
        if (!Utf8.IsValid(text))
            return FaultReason.Because(Fault.Argument, "text is not UTF-8");
        return SendHandle.OpenMail(engine, options, draft, text, given.OnEvent, given.User, out send);
    }

    /// <summary>Ends the message if it cannot be begun.</summary>
    private static Fault Begin(SendHandle send, in MailLayout mail)
    {
        var fault = SetContent(send, mail);
        if (fault == Fault.None)
            fault = send.Start();
        if (fault == Fault.None)
            return fault;
        string? reason = FaultReason.Take(fault);
        send.Free();
        return FaultReason.Because(fault, reason);
    }

    private static Fault SetContent(SendHandle send, in MailLayout mail)
    {
        if (mail.Message != 0)
            return Write(send, mail.Message, mail.MessageSize);
        if (mail.Read != 0)
            return send.SetReader(mail.Read, mail.ReadUser);
        if (mail.Path == 0)
            return Fault.None;
        var fault = Text.Read(mail.Path, "path", out string path);
        if (fault != Fault.None)
            return fault;
        return path.Length == 0 ? FaultReason.Because(Fault.Argument, "path is empty") : send.Sending.SetFile(path);
    }

    private static Fault Write(SendHandle send, nint octets, nuint size)
    {
        var fault = Fault.None;
        for (nuint at = 0; at < size && fault == Fault.None;)
        {
            int length = (int)Math.Min(size - at, int.MaxValue);
            fault = send.Sending.Write(new ReadOnlySpan<byte>((byte*)octets + at, length));
            at += (nuint)length;
        }
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_send_mail_end", CallConvs = [typeof(CallConvCdecl)])]
    private static int End(nint send, nint outcome) => Boundary.Code((send, outcome), End);

    /// <summary>Waits, tells the outcome and frees the message, which its callback may have done before.</summary>
    private static Fault End((nint Send, nint Outcome) call)
    {
        var (outcome, text) = (Fault.Cancelled, "the message was freed inside its callback");
        if (HandleTable.Find(call.Send, out SendHandle send) == Fault.None)
        {
            Times.TryReadWait(Timeout.Infinite, out var unlimited);
            if (send.Wait(unlimited) == Fault.None)
                (outcome, text) = (send.Sending.Outcome, send.Sending.OutcomeText);
            send.Free();
        }
        if (call.Outcome == 0 || outcome == Fault.None)
            return FaultReason.Because(outcome, text);
        *(int*)call.Outcome = -(int)outcome;
        Boundary.Tell(outcome, text);
        return Fault.None;
    }
}
