namespace MailModule.Smtp;

/// <summary>
/// A server answers MAIL, RCPT and DATA in the same words each time: replies of one line that were read before are
/// given again instead of made anew. One owner.
/// </summary>
internal sealed class ReplyCache
{
    private const int Slots = 8;
    private const int LineLimit = 96;
    private readonly Slot[] _slots = new Slot[Slots];

    public bool TryGet(ReadOnlySpan<byte> line, out Reply reply)
    {
        ref Slot slot = ref _slots[SlotOf(line)];
        reply = slot.Reply!;
        return slot.Reply is not null && slot.Octets.AsSpan(0, slot.Length).SequenceEqual(line);
    }

    /// <summary>Replaces the reply that had its slot.</summary>
    public void Add(ReadOnlySpan<byte> line, Reply reply)
    {
        if (line.Length > LineLimit)
            return;
        ref Slot slot = ref _slots[SlotOf(line)];
        slot.Octets ??= new byte[LineLimit];
        line.CopyTo(slot.Octets);
        slot.Length = line.Length;
        slot.Reply = reply;
    }

    // Code and enhanced code tell the replies of one server apart; replies to the final dot, each with an id of its
    // own, share one slot.
    private static int SlotOf(ReadOnlySpan<byte> line)
        => line.Length < 9 ? line.Length % Slots : (line[0] + line[2] + 3 * line[6] + 5 * line[8]) % Slots;

    private struct Slot
    {
        public byte[]? Octets;
        public int Length;
        public Reply? Reply;
    }
}
