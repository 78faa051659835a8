using MailModule.Spool;

namespace MailModule.Delivery.Local;

/// <summary>
/// What the spool keeps with a message that waits for mailboxes: which reports of delay its sender has had, so that
/// none comes again after a start. A message that goes to other hosts as well has the queue's note, and none of these.
/// </summary>
/// <remarks>
/// version 2 (the queue's notes begin with 1) · an octet for each recipient of the envelope: 1 told, 0 not
/// </remarks>
internal static class LocalNote
{
    private const byte Version = 2;

    /// <summary>A delivery that was there before this start, with what its note says of it. Reads from the
    /// disk.</summary>
    public static PendingDelivery Restore(in PendingDelivery delivery)
        => IsTold(delivery.Entry.Note.Span, delivery.Recipients[0])
            ? delivery with { Delay = new DelayNotice() }
            : delivery;

    /// <summary>The sender has been told that it waits.</summary>
    public static void SaveTold(ISpool spool, in PendingDelivery delivery)
    {
        ISpoolEntry entry = delivery.Entry;
        if (entry.Envelope.Recipients.Exists(recipient => recipient.Maildrop is null))
            return;
        byte[] note = new byte[1 + entry.Envelope.Recipients.Count];
        ReadOnlySpan<byte> former = entry.Note.Span;
        if (former.Length == note.Length && former[0] == Version)
            former.CopyTo(note);
        note[0] = Version;
        foreach (int recipient in delivery.Recipients)
            note[1 + recipient] = 1;
        spool.Annotate(entry, note);
    }

    private static bool IsTold(ReadOnlySpan<byte> note, int recipient)
        => note.Length > recipient + 1 && note[0] == Version && note[1 + recipient] == 1;
}
