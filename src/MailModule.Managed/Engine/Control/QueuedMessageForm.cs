using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Control;

/// <summary>A queued message and its recipients, as they go over a control connection.</summary>
internal static class QueuedMessageForm
{
    public static void Write(FrameWriter frame, QueuedMessageView message)
    {
        frame.Text(message.Id);
        frame.Text(message.ReversePath.Text);
        frame.Time(message.Received);
        frame.Time(message.Expires);
        frame.Long(message.Length);
        frame.Number(message.Recipients.Count);
        foreach (QueuedRecipientView recipient in message.Recipients)
            Write(frame, recipient);
    }

    /// <summary>Null: the frame holds none.</summary>
    public static QueuedMessageView? Read(ref FrameReader frame)
    {
        string id = frame.Text();
        MailAddress? sender = Address(ref frame);
        DateTimeOffset? received = frame.Time(), expires = frame.Time();
        long length = frame.Long();
        int count = frame.Number();
        var recipients = new List<QueuedRecipientView>();
        for (int i = 0; i < count && !frame.IsBroken; i++)
            if (ReadRecipient(ref frame) is { } recipient)
                recipients.Add(recipient);
        bool isRight = frame.IsWhole && recipients.Count == count && sender is not null;
        return isRight
            ? new QueuedMessageView(id, sender!, received ?? default, expires ?? default, length, recipients)
            : null;
    }

    private static void Write(FrameWriter frame, QueuedRecipientView recipient)
    {
        frame.Number(recipient.Index);
        frame.Text(recipient.Address.Text);
        frame.Byte((byte)recipient.State);
        frame.Number(recipient.Attempts);
        frame.Time(recipient.LastAttempt);
        frame.Time(recipient.NextAttempt);
        AttemptResultForm.Write(frame, recipient.Result, hasCodes: true);
    }

    private static QueuedRecipientView? ReadRecipient(ref FrameReader frame)
    {
        int index = frame.Number();
        MailAddress? address = Address(ref frame);
        var state = (QueueState)frame.Byte();
        int attempts = frame.Number();
        DateTimeOffset? last = frame.Time(), next = frame.Time();
        AttemptResult? result = AttemptResultForm.Read(ref frame);
        return address is null ? null : new QueuedRecipientView(index, address, state, attempts, last, next, result);
    }

    private static MailAddress? Address(ref FrameReader frame)
    {
        string text = frame.Text();
        if (text.Length == 0)
            return MailAddress.Null;
        return MailAddress.TryParse(text, out MailAddress address) ? address : null;
    }
}
