using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// The messages of one Maildir at one moment, ordered by time, then by unique name. Immutable, and so shared by
/// sessions and cached. No object per message: names in one arena, the rest in one array.
/// </summary>
internal sealed class MaildirSnapshot(byte[] names, MaildirMessage[] messages, FileStamp newFolder, FileStamp curFolder)
{
    public static readonly MaildirSnapshot Empty = new([], [], default, default);

    public int Count => messages.Length;

    /// <summary>Octets of all messages on the wire. Sizes stand in names, which say what their owner likes.</summary>
    public Int128 TotalSize { get; } = Sum(messages);

    /// <summary>Octets of memory it takes.</summary>
    public long MemorySize => names.Length + messages.Length * 40L + 200;

    public FileStamp NewFolder => newFolder;
    public FileStamp CurFolder => curFolder;

    public ref readonly MaildirMessage this[int index] => ref messages[index];

    public ReadOnlySpan<byte> Name(int index) => names.AsSpan(messages[index].NameOffset, messages[index].NameLength);

    public ReadOnlySpan<byte> Unique(int index)
        => names.AsSpan(messages[index].NameOffset, messages[index].UniqueLength);

    /// <summary>The index of the message with this unique name; below 0 if there is none.</summary>
    public int Find(ReadOnlySpan<byte> unique)
    {
        long time = MaildirName.Time(unique);
        int low = 0, high = messages.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = messages[middle].Time.CompareTo(time);
            if (order == 0)
                order = Unique(middle).SequenceCompareTo(unique);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return -1;
    }

    /// <summary>The same messages, some with other sizes; one that is not here is passed over.</summary>
    public MaildirSnapshot With(IEnumerable<(byte[] Unique, MessageSize Size)> sizes)
    {
        MaildirMessage[] corrected = [.. messages];
        foreach ((byte[] unique, MessageSize size) in sizes)
            if (Find(unique) is >= 0 and var index)
                (corrected[index].Length, corrected[index].Size, corrected[index].IsEstimate)
                    = (size.Length, size.WireLength, false);
        return new MaildirSnapshot(names, corrected, newFolder, curFolder);
    }

    private static Int128 Sum(MaildirMessage[] messages)
    {
        Int128 sum = 0;
        foreach (ref readonly MaildirMessage message in messages.AsSpan())
            sum += message.Size;
        return sum;
    }
}
