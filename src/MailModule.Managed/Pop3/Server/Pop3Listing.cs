using MailModule.Mailbox;
using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>The answer to LIST or UIDL without a number (RFC 1939 §5, §7), which leaves in pieces.</summary>
internal struct Pop3Listing(bool uniqueIds)
{
    // Far below the bound of the output, so that one step never goes far beyond it.
    private const int LinesPerStep = 500;

    private const int LongestId = 70;
    private const int LineRoom = 20 + 1 + LongestId + 2;

    private int _next;

    /// <summary>Writes the next lines, without those marked as deleted; true after the last.</summary>
    public bool WriteSome(IMessageList messages, DeletionMarks marks, Output output)
    {
        int end = Math.Min(_next + LinesPerStep, messages.Count);
        Span<byte> room = output.GetSpan((end - _next) * LineRoom);
        int used = 0;
        for (; _next < end; _next++)
            if (!marks.Contains(_next))
                used += WriteLine(messages, _next, uniqueIds, room[used..]);
        output.Advance(used);
        return end == messages.Count;
    }

    public static void WriteLine(IMessageList messages, int index, bool uniqueId, Output output)
        => output.Advance(WriteLine(messages, index, uniqueId, output.GetSpan(LineRoom)));

    private static int WriteLine(IMessageList messages, int index, bool uniqueId, Span<byte> room)
    {
        if (!uniqueId)
            return Pop3Replies.ListLine(room, index + 1, messages.Size(index));
        Span<byte> id = stackalloc byte[LongestId];
        int length = messages.UniqueId(index, id);
        return Pop3Replies.UidlLine(room, index + 1, id[..length]);
    }
}
