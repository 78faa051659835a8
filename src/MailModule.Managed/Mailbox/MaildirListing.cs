using System.Buffers;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Reads a Maildir's messages from its directories alone: no file is opened unless its name does not tell its size and
/// no earlier snapshot knew it. What is no file of the user's own is passed over. One use, one thread.
/// </summary>
internal struct MaildirListing(FileCalls calls, MailFolder folder, PassedOver passedOver)
    : IComparer<MaildirMessage>
{
    /// <summary>What is longer is not read for its size, nor is more than this of all files at one log-in.</summary>
    public const long MeasureLimit = 64 << 20, MeasuresLimit = 512 << 20;

    /// <summary>
    /// Octets of the names of all messages together; what is beyond shows when some have been deleted.
    /// </summary>
    private const int NamesLimit = 128 << 20;

    private long _measured;
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
        int result = folder.OpenNew(out HomeFolder part);
        if (result >= 0)
            result = ReadFolder(part, inNew: true);
        if (result >= 0)
            result = folder.OpenCur(out part);
        if (result >= 0)
            result = ReadFolder(part, inNew: false);
        if (result >= 0)
            snapshot = Snapshot(earlier, newFolder, curFolder);
        Return(_names);
        Return(_messages);
        return SystemFault.Of(Math.Min(result, 0));
    }

    private MaildirSnapshot Snapshot(MaildirSnapshot earlier, in FileStamp newFolder, in FileStamp curFolder)
    {
        Sort();
        RemoveDuplicates();
        FindSizes(earlier);
        RemoveUnusable();
        return new MaildirSnapshot(_names[.._used], _messages[.._count], newFolder, curFolder);
    }

    private int ReadFolder(HomeFolder part, bool inNew)
    {
        int result = part.OpenNames(out FolderNames names);
        if (result < 0)
            return result;
        try
        {
            while (names.Next())
                Take(part, names.Name, names.Kind, inNew);
            return names.Result;
        }
        finally
        {
            names.Dispose();
        }
    }

    private void Take(HomeFolder part, ReadOnlySpan<byte> name, byte kind, bool inNew)
    {
        DirectoryListing.EntryKind found = DirectoryListing.KindOf(part, name, kind);
        if (found == DirectoryListing.EntryKind.File)
            Add(name, inNew);
        else if (found == DirectoryListing.EntryKind.NoFile)
            passedOver.Note(Path.Join(folder.Path, inNew ? "new" : "cur"), name, "no file of the user's own");
    }

    private void Add(ReadOnlySpan<byte> name, bool inNew)
    {
        if (_used + name.Length > NamesLimit)
        {
            passedOver.Note(folder.Path, default, "more messages than are listed");
            return;
        }
        if (_used + name.Length > _names.Length)
            Grow(ref _names, _used, (long)_used + Math.Max(name.Length, 4096));
        if (_count == _messages.Length)
            Grow(ref _messages, _count, Math.Max(_count, 64));
        name.CopyTo(_names.AsSpan(_used));
        MessageSize size = MaildirName.Sizes(name);
        _messages[_count++] = new MaildirMessage
        {
            Time = MaildirName.Time(name),
            Size = size.WireLength,
            Length = size.Length,
            NameOffset = _used,
            NameLength = (ushort)name.Length,
            UniqueLength = (ushort)MaildirName.UniqueLength(name),
            InNew = inNew,
        };
        _used += name.Length;
    }

    // What is gathered lives for this listing only, and a large mailbox is listed again and again.
    private static void Grow<T>(ref T[] array, int used, long needed)
    {
        T[] larger = ArrayPool<T>.Shared.Rent(BufferSize.For(needed, array.Length));
        array.AsSpan(0, used).CopyTo(larger);
        Return(array);
        array = larger;
    }

    private static void Return<T>(T[] array)
    {
        if (array.Length > 0)
            ArrayPool<T>.Shared.Return(array);
    }

    private void Sort()
    {
        Span<MaildirMessage> messages = _messages.AsSpan(0, _count);
        for (int i = 1; i < messages.Length; i++)
        {
            if (Compare(messages[i - 1], messages[i]) <= 0)
                continue;
            SortByTime(messages);
            return;
        }
    }

    // Numbers are compared many times as fast as messages, and few messages come in the same second.
    private void SortByTime(Span<MaildirMessage> messages)
    {
        long[] rented = ArrayPool<long>.Shared.Rent(messages.Length);
        Span<long> times = rented.AsSpan(0, messages.Length);
        for (int i = 0; i < messages.Length; i++)
            times[i] = messages[i].Time;
        times.Sort(messages);
        for (int from = 0; from < times.Length;)
        {
            int to = from + 1;
            while (to < times.Length && times[to] == times[from])
                to++;
            if (to - from > 1)
                messages[from..to].Sort(this);
            from = to;
        }
        ArrayPool<long>.Shared.Return(rented);
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

    // RFC 1939 §11: sizes are exact in octets, so a name without W= costs one reading of its file, once; that of one
    // which is too much to read is its size at rest.
    private void FindSizes(MaildirSnapshot earlier)
    {
        for (int i = 0; i < _count; i++)
        {
            ref MaildirMessage message = ref _messages[i];
            if (message.Size >= 0)
                continue;
            int known = earlier.Find(Unique(message));
            if (known >= 0 && !earlier[known].IsEstimate)
                (message.Size, message.Length) = (earlier[known].Size, earlier[known].Length);
            else
                Measure(ref message);
        }
    }

    private void RemoveUnusable()
    {
        int kept = 0;
        for (int i = 0; i < _count; i++)
            if (_messages[i].Size >= 0)
                _messages[kept++] = _messages[i];
        _count = kept;
    }

    // What cannot be read just now counts nothing; what is not for us is no message.
    private void Measure(ref MaildirMessage message)
    {
        ReadOnlySpan<byte> name = _names.AsSpan(message.NameOffset, message.NameLength);
        int result = message.InNew ? folder.OpenNew(out HomeFolder part) : folder.OpenCur(out part);
        FileStamp stamp = default;
        if (result >= 0)
            result = part.OpenFile(name, MaildirName.Length(name), out stamp);
        message.Size = PassedOver.IsReason(result) ? -1 : 0;
        if (result < 0)
        {
            passedOver.Note(folder, name, result);
            return;
        }
        message.IsEstimate = stamp.Length > Math.Min(MeasureLimit, MeasuresLimit - _measured);
        var size = new MessageSize(-1, stamp.Length);
        if (!message.IsEstimate)
            MessageFile.Measure(calls, result, stamp.Length, out size);
        (message.Length, message.Size) = (size.Length, size.WireLength);
        _measured += Math.Max(0, size.Length);
        calls.Close(result);
    }

    private ReadOnlySpan<byte> Unique(in MaildirMessage message)
        => _names.AsSpan(message.NameOffset, message.UniqueLength);
}
