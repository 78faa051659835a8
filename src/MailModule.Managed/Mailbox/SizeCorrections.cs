namespace MailModule.Mailbox;

/// <summary>
/// What a session has found to be otherwise than its snapshot says, for other programs change files while it lasts: the
/// sizes of messages, and the names that were made to tell them. One session's, one thread at a time.
/// </summary>
internal struct SizeCorrections(MaildirSnapshot snapshot)
{
    private Dictionary<int, MessageSize>? _sizes;
    private Dictionary<int, (byte[] Name, bool InNew)>? _names;
    private Int128 _totalSize = snapshot.TotalSize;

    public readonly long TotalSize => (long)Int128.Min(_totalSize, long.MaxValue);

    /// <summary>What is corrected, by the unique parts of names.</summary>
    public readonly IReadOnlyList<(byte[] Unique, MessageSize Size)> All
    {
        get
        {
            MaildirSnapshot messages = snapshot;
            return _sizes is null ? [] : [.. _sizes.Select(one => (messages.Unique(one.Key).ToArray(), one.Value))];
        }
    }

    public readonly MessageSize SizeOf(int index)
        => _sizes is not null && _sizes.TryGetValue(index, out MessageSize size)
            ? size
            : new MessageSize(snapshot[index].Length, snapshot[index].Size);

    public void SetSize(int index, MessageSize size)
    {
        _totalSize += (Int128)size.WireLength - SizeOf(index).WireLength;
        (_sizes ??= [])[index] = size;
    }

    /// <summary>False: it has the snapshot's name, as far as this session knows.</summary>
    public readonly bool TryGetName(int index, out byte[] name, out bool inNew)
    {
        (byte[] Name, bool InNew) given = ([], false);
        bool isGiven = _names is not null && _names.TryGetValue(index, out given);
        (name, inNew) = given;
        return isGiven;
    }

    public void SetName(int index, byte[] name, bool inNew) => (_names ??= [])[index] = (name, inNew);
}
