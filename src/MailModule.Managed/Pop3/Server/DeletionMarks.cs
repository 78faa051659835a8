using MailModule.Mailbox;

namespace MailModule.Pop3.Server;

/// <summary>The messages that DELE has marked as deleted (RFC 1939 §5), and what the others take.</summary>
/// <param name="messages">How many there are.</param>
internal sealed class DeletionMarks(int messages)
{
    private readonly List<int> _indexes = [];
    private readonly ulong[] _bits = new ulong[(messages + 63) / 64];
    private Int128 _size;

    /// <summary>Nothing is marked, which nearly every session begins and ends with.</summary>
    public static DeletionMarks None { get; } = new(messages: 0);

    /// <summary>In the order in which they were marked.</summary>
    public IReadOnlyList<int> Indexes => _indexes;

    public int Count => _indexes.Count;

    /// <summary>Octets of the messages that are not marked. A message's size may be corrected until it is
    /// marked.</summary>
    public long SizeLeft(IMessageList messages) => (long)Int128.Max(messages.TotalSize - _size, 0);

    public bool Contains(int index) => index >> 6 < _bits.Length && (_bits[index >> 6] >> (index & 63) & 1) != 0;

    public void Add(IMessageList messages, int index)
    {
        _bits[index >> 6] |= 1UL << (index & 63);
        _indexes.Add(index);
        _size += messages.Size(index);
    }
}
