using MailModule.Mailbox;

namespace MailModule.Pop3.Server;

/// <summary>The messages that DELE has marked as deleted (RFC 1939 §5), and what the others take.</summary>
internal sealed class DeletionMarks
{
    private List<int>? _indexes;
    private ulong[] _bits = [];
    private Int128 _size;

    /// <summary>In the order in which they were marked.</summary>
    public IReadOnlyList<int> Indexes => (IReadOnlyList<int>?)_indexes ?? [];

    public int Count => _indexes?.Count ?? 0;

    /// <summary>Octets of the messages that are not marked. A message's size may be corrected until it is
    /// marked.</summary>
    public long SizeLeft(IMessageList messages) => (long)Int128.Max(messages.TotalSize - _size, 0);

    public bool Contains(int index) => index >> 6 < _bits.Length && (_bits[index >> 6] >> (index & 63) & 1) != 0;

    public void Add(IMessageList messages, int index)
    {
        if (_bits.Length == 0)
            _bits = new ulong[(messages.Count + 63) / 64];
        _bits[index >> 6] |= 1UL << (index & 63);
        (_indexes ??= []).Add(index);
        _size += messages.Size(index);
    }

    /// <summary>Takes all marks away.</summary>
    public void Clear()
    {
        _size = 0;
        _indexes = null;
        _bits = [];
    }
}
