using MailModule.Engine.Sending;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Native.Abi;

/// <summary>The messages that a host's callbacks give to <c>mm_smtp_send_all</c>, and what they hear of them.</summary>
internal sealed unsafe class HostMessages(nint next, nint sent, nint user) : ISmtpMessages, IDisposable
{
    private readonly SentRecipients _recipients = new();
    private readonly MessageReader _reader = new();
    private SmtpRecipientLayout[] _layouts = [];

    public Fault Next(out SmtpMessage? message)
    {
        var given = new SmtpMessageLayout { Size = (nuint)sizeof(SmtpMessageLayout) };
        int code;
        using (Callbacks.Enter())
            code = ((delegate* unmanaged[Cdecl]<SmtpMessageLayout*, nint, int>)next)(&given, user);
        message = null;
        if (code != 0)
            return FaultReason.Because(Fault.Cancelled, "the host's callback has no message, and did not say MM_OK");
        return given.Recipients == 0 ? Fault.None : _reader.Read(given, out message);
    }

    public void Sent(long number, IReadOnlyList<AttemptResult?> results)
    {
        if (sent == 0)
            return;
        if (_layouts.Length < results.Count)
            _layouts = new SmtpRecipientLayout[results.Count];
        for (int i = 0; i < results.Count; i++)
        {
            _layouts[i].Size = (nuint)sizeof(SmtpRecipientLayout);
            _recipients.Write(results[i]!, ref _layouts[i]);
        }
        fixed (SmtpRecipientLayout* first = _layouts)
            using (Callbacks.Enter())
                ((delegate* unmanaged[Cdecl]<long, SmtpRecipientLayout*, nuint, nint, void>)sent)(
                    number, first, (nuint)results.Count, user);
        _recipients.ForgetOld();
    }

    public void Dispose() => _recipients.Dispose();
}
