using MailModule.Mailbox;
using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>The answer to LIST or UIDL without a number (RFC 1939 §5, §7), which leaves in pieces.</summary>
internal struct Pop3Listing(bool uniqueIds)
{
    // Far below the bound of the output, so that one step never goes far beyond it.
    private const int LinesPerStep = 500;

    private int _next;

    /// <summary>Writes the next lines, without those marked as deleted; true after the last.</summary>
    public bool WriteSome(IMessageList messages, DeletionMarks marks, Output output)
    {
        int end = Math.Min(_next + LinesPerStep, messages.Count);
        for (; _next < end; _next++)
            if (!marks.Contains(_next))
                WriteLine(messages, _next, uniqueIds, output);
        return end == messages.Count;
    }

    public static void WriteLine(IMessageList messages, int index, bool uniqueId, Output output)
    {
        if (!uniqueId)
        {
            Pop3Replies.ListLine(output, index + 1, messages.Size(index));
            return;
        }
        Span<byte> id = stackalloc byte[70];
        int length = messages.UniqueId(index, id);
        Pop3Replies.UidlLine(output, index + 1, id[..length]);
    }
}
