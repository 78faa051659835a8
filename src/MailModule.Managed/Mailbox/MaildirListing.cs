using System.Buffers;
using MailModule.Lines;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Reads a Maildir's messages from its directories alone: no file is opened unless its name does not tell its size and
/// no earlier snapshot knew it. One use, one thread.
/// </summary>
internal sealed class MaildirListing(FileCalls calls, string home) : IComparer<MaildirMessage>
{
    private byte[] _names = [];
    private int _used;
    private MaildirMessage[] _messages = [];
    private int _count;

    /// <summary>Lists new/ and cur/. <see cref="Fault.NotFound"/> if there is no Maildir.</summary>
    /// <param name="earlier">An older snapshot of the same Maildir; sizes found out for it are taken over.</param>
    /// <param name="newFolder">The state of new/ before the listing.</param>
    /// <param name="curFolder">The state of cur/ before the listing.</param>
    /// <param name="snapshot">What was found; empty on failure.</param>
    public Fault Read(MaildirSnapshot earlier, in FileStamp newFolder, in FileStamp curFolder,
        out MaildirSnapshot snapshot)
    {
        snapshot = MaildirSnapshot.Empty;
        // new/ first: a message that another program moves to cur/ meanwhile is then seen twice rather than not at all.
        Fault fault = ReadFolder(InboxPaths.New, inNew: true);
        if (fault == Fault.None)
            fault = ReadFolder(InboxPaths.Cur, inNew: false);
        if (fault != Fault.None)
            return fault;
        Sort();
        RemoveDuplicates();
        FindSizes(earlier);
        snapshot = new MaildirSnapshot(_names[.._used], _messages[.._count], newFolder, curFolder);
        return Fault.None;
    }

    private Fault ReadFolder(ReadOnlySpan<byte> folder, bool inNew)
        => SystemFault.Of(DirectoryListing.ForEach(calls, home, folder, name => Add(name, inNew)));

    private void Add(ReadOnlySpan<byte> name, bool inNew)
    {
        if (_used + name.Length > _names.Length)
            Array.Resize(ref _names, Math.Max(_names.Length * 2, _used + Math.Max(name.Length, 4096)));
        if (_count == _messages.Length)
            Array.Resize(ref _messages, Math.Max(_messages.Length * 2, 64));
        name.CopyTo(_names.AsSpan(_used));
        ref MaildirMessage message = ref _messages[_count++];
        message.Time = MaildirName.Time(name);
        message.Size = MaildirName.WireLength(name);
        message.NameOffset = _used;
        message.NameLength = (ushort)name.Length;
        message.UniqueLength = (ushort)MaildirName.UniqueLength(name);
        message.InNew = inNew;
        _used += name.Length;
    }

    private void Sort()
    {
        Span<MaildirMessage> messages = _messages.AsSpan(0, _count);
        for (int i = 1; i < messages.Length; i++)
        {
            if (Compare(messages[i - 1], messages[i]) <= 0)
                continue;
            messages.Sort(this);
            return;
        }
    }

    public int Compare(MaildirMessage left, MaildirMessage right)
    {
        int order = left.Time.CompareTo(right.Time);
        if (order == 0)
            order = Unique(left).SequenceCompareTo(Unique(right));
        // Of two with one name the one in cur/ is the later state: it comes first, and so is the one kept.
        return order != 0 ? order : left.InNew.CompareTo(right.InNew);
    }

    private void RemoveDuplicates()
    {
        int kept = 0;
        for (int i = 0; i < _count; i++)
            if (kept == 0 || !Unique(_messages[kept - 1]).SequenceEqual(Unique(_messages[i])))
                _messages[kept++] = _messages[i];
        _count = kept;
    }

    // RFC 1939 §11: sizes are exact in octets, so a name without W= costs one reading of its file, once.
    private void FindSizes(MaildirSnapshot earlier)
    {
        for (int i = 0; i < _count; i++)
        {
            ref MaildirMessage message = ref _messages[i];
            if (message.Size >= 0)
                continue;
            int known = earlier.Find(Unique(message));
            message.Size = known >= 0 ? earlier[known].Size : Measure(message);
        }
    }

    private long Measure(in MaildirMessage message)
    {
        Span<byte> room = stackalloc byte[MaildirPath.Room];
        ReadOnlySpan<byte> name = _names.AsSpan(message.NameOffset, message.NameLength);
        ReadOnlySpan<byte> folder = message.InNew ? InboxPaths.New : InboxPaths.Cur;
        int descriptor = calls.OpenRead(MaildirPath.Below(home, folder, name, room).Octets);
        if (descriptor < 0)
            return 0;
        long size = WireLengthOf(descriptor);
        calls.Close(descriptor);
        return size;
    }

    // What cannot be read counts nothing.
    private long WireLengthOf(int descriptor)
    {
        var length = new WireLength();
        byte[] piece = ArrayPool<byte>.Shared.Rent(64 * 1024);
        int count;
        do
        {
            count = calls.Read(descriptor, piece);
            length.Add(piece.AsSpan(0, Math.Max(0, count)));
        }
        while (count == piece.Length);
        ArrayPool<byte>.Shared.Return(piece);
        return length.Total;
    }

    private ReadOnlySpan<byte> Unique(in MaildirMessage message)
        => _names.AsSpan(message.NameOffset, message.UniqueLength);
}
