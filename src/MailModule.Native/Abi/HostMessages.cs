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
    private nint[] _places = [];

    public Fault Next(out SmtpMessage? message)
    {
        // A host with a later header may write a longer structure than ours.
        byte* place = stackalloc byte[Layout.Largest];
        new Span<byte>(place, Layout.Largest).Clear();
        *(nuint*)place = (nuint)sizeof(SmtpMessageLayout);
        int code;
        using (Callbacks.Enter())
            code = ((delegate* unmanaged[Cdecl]<byte*, nint, int>)next)(place, user);
        message = null;
        if (code != 0)
            return FaultReason.Because(Fault.Cancelled, "the host's callback has no message, and did not say MM_OK");
        var fault = Layout.Read((nint)place, out SmtpMessageLayout given);
        return fault != Fault.None || given.Recipients == 0 ? fault : _reader.Read(given, out message);
    }

    public void Sent(long number, IReadOnlyList<AttemptResult?> results)
    {
        if (sent == 0)
            return;
        if (_layouts.Length < results.Count)
            (_layouts, _places) = (new SmtpRecipientLayout[results.Count], new nint[results.Count]);
        for (int i = 0; i < results.Count; i++)
        {
            _layouts[i].Size = (nuint)sizeof(SmtpRecipientLayout);
            _recipients.Write(results[i]!, ref _layouts[i]);
        }
        Tell(number, results.Count);
        _recipients.ForgetOld();
    }

    // A pointer to each: elements of an array would be farther apart once they grow (header, G4).
    private void Tell(long number, int count)
    {
        fixed (SmtpRecipientLayout* first = _layouts)
        fixed (nint* places = _places)
        {
            for (int i = 0; i < count; i++)
                places[i] = (nint)(first + i);
            using (Callbacks.Enter())
                ((delegate* unmanaged[Cdecl]<long, nint*, nuint, nint, void>)sent)(number, places, (nuint)count, user);
        }
    }

    public void Dispose() => _recipients.Dispose();
}
