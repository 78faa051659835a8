using MailModule.Delivery.Queue;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// The host's callback for events of a queue. That calls do not overlap, and that none comes after another was set, is
/// the queue's part.
/// </summary>
internal sealed unsafe class QueueEventCallback(nint callback, nint user)
{
    private const int Texts = 7;

    public void Invoke(QueueEvent happened)
    {
        Span<nint> texts = stackalloc nint[Texts];
        var result = happened.Result;
        string?[] given =
        [
            happened.Id, happened.Sender.Text, happened.Mailbox?.User ?? happened.Recipient.Text, result?.Status,
            result?.Text, result?.SaidBy, result?.Tls,
        ];
        nint memory = TextBlock.Allocate(given, texts);
        var layout = new QueueEventLayout
        {
            Size = (nuint)sizeof(QueueEventLayout),
            Sequence = happened.Sequence,
            Time = Times.Of(happened.At),
            NextAttempt = Times.Of(happened.NextAttempt),
            Id = texts[0],
            Sender = texts[1],
            Recipient = texts[2],
            Status = texts[3],
            Reply = texts[4],
            Host = texts[5],
            Tls = texts[6],
            Kind = (int)happened.Kind,
            Error = -(int)(result?.Fault ?? Fault.None),
            ReplyCode = result?.ReplyCode ?? 0,
            Attempts = happened.Attempts,
            MailboxOctets = happened.Mailbox?.Octets ?? 0,
            QuotaOctets = happened.Mailbox?.OctetLimit ?? 0,
            MailboxMessages = happened.Mailbox?.Messages ?? 0,
            QuotaMessages = happened.Mailbox?.MessageLimit ?? 0,
        };
        using (Callbacks.Enter())
            ((delegate* unmanaged[Cdecl]<QueueEventLayout*, nint, void>)callback)(&layout, user);
        Text.Free(memory);
    }
}
