using System.Buffers.Text;
using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// File names of messages: <c>time.id.host,S=octets,W=octets on the wire:2,flags</c>. The part before the first comma
/// or colon never changes and is the unique id; other programs' names are read as far as they follow the same form.
/// Where no file's name may have a colon, another mark stands for it (<see cref="FilePath.FlagMark"/>).
/// </summary>
internal static class MaildirName
{
    /// <summary>Longest unique part of a name of ours, and longest unique id (RFC 1939 §7).</summary>
    public const int UniqueLimit = 70;

    /// <summary>Room for the fields of two sizes.</summary>
    public const int SizesRoom = 2 * (3 + 20);

    /// <summary>Room for any name of ours: the unique part and two sizes.</summary>
    public const int Room = UniqueLimit + SizesRoom;

    /// <summary>
    /// The host's part: slash, colon, comma, blanks and the like become \ooo, as other Maildir programs do, or %ooo
    /// where a backslash separates names; cut to fit.
    /// </summary>
    public static byte[] EscapeHost(string host)
    {
        var escaped = new StringBuilder();
        char mark = FilePath.IsName("\\") ? '\\' : '%';
        foreach (byte octet in Encoding.UTF8.GetBytes(host))
        {
            string part = Stays(octet) ? ((char)octet).ToString() : mark + Convert.ToString(octet, 8).PadLeft(3, '0');
            if (escaped.Length + part.Length > UniqueLimit)
                break;
            escaped.Append(part);
        }
        return Encoding.ASCII.GetBytes(escaped.Length == 0 ? "localhost" : escaped.ToString());
    }

    /// <summary>Writes a name of ours; the unique part's length goes to <paramref name="unique"/>.</summary>
    public static ReadOnlySpan<byte> Write(
        Span<byte> room, DateTimeOffset received, string id, ReadOnlySpan<byte> host, long length, long wireLength,
        out int unique)
    {
        Utf8Formatter.TryFormat(Math.Max(0, received.ToUnixTimeSeconds()), room, out int at);
        room[at++] = (byte)'.';
        at += Encoding.ASCII.GetBytes(id, room[at..]);
        room[at++] = (byte)'.';
        ReadOnlySpan<byte> shown = host[..Math.Min(host.Length, UniqueLimit - at)];
        shown.CopyTo(room[at..]);
        unique = at += shown.Length;
        at += Field(room[at..], ",S="u8, length);
        at += Field(room[at..], ",W="u8, wireLength);
        return room[..at];
    }

    public static int UniqueLength(ReadOnlySpan<byte> name)
    {
        int end = name.IndexOfAny((byte)',', FilePath.FlagMark);
        return end < 0 ? name.Length : end;
    }

    /// <summary>The number a name begins with, the time of delivery in seconds; 0 if it begins otherwise.</summary>
    public static long Time(ReadOnlySpan<byte> name)
        => Utf8Parser.TryParse(name, out long time, out _) && time > 0 ? time : 0;

    /// <summary>The id between the first two dots; the whole unique part if there are none.</summary>
    public static ReadOnlySpan<byte> Id(ReadOnlySpan<byte> unique)
    {
        int first = unique.IndexOf((byte)'.');
        ReadOnlySpan<byte> rest = unique[(first + 1)..];
        int second = rest.IndexOf((byte)'.');
        return first < 0 || second < 0 ? unique : rest[..second];
    }

    /// <summary>The flags of a name that has some: letters behind the mark and <c>2,</c>.</summary>
    public static MessageFlags Flags(ReadOnlySpan<byte> name)
    {
        int mark = name.IndexOf(FilePath.FlagMark);
        if (mark < 0 || !name[(mark + 1)..].StartsWith("2,"u8))
            return MessageFlags.None;
        ReadOnlySpan<byte> letters = name[(mark + 3)..];
        return (letters.Contains((byte)'S') ? MessageFlags.Seen : MessageFlags.None)
            | (letters.Contains((byte)'F') ? MessageFlags.Flagged : MessageFlags.None)
            | (letters.Contains((byte)'R') ? MessageFlags.Answered : MessageFlags.None);
    }

    /// <summary>The W= of a name; -1 if it has none.</summary>
    public static long WireLength(ReadOnlySpan<byte> name) => Field(name, ",W="u8);

    /// <summary>The S= of a name that has both sizes, as names of ours do; else -1.</summary>
    public static long Length(ReadOnlySpan<byte> name) => Sizes(name).Length;

    /// <summary>The W= of a name, and the S= beside it.</summary>
    public static MessageSize Sizes(ReadOnlySpan<byte> name)
    {
        long wireLength = WireLength(name);
        return new MessageSize(wireLength < 0 ? -1 : Field(name, ",S="u8), wireLength);
    }

    /// <summary>The name tells a size, and another than this.</summary>
    public static bool TellsOther(ReadOnlySpan<byte> name, MessageSize size)
        => Field(name, ",S="u8) is >= 0 and var length && length != size.Length
            || WireLength(name) is >= 0 and var wireLength && wireLength != size.WireLength;

    /// <summary>The same name with these sizes: unique part, flags and other fields stay.</summary>
    /// <param name="room">Holds the name, and two sizes more.</param>
    public static ReadOnlySpan<byte> WithSizes(Span<byte> room, ReadOnlySpan<byte> name, MessageSize size)
    {
        int at = UniqueLength(name);
        int mark = name.IndexOf(FilePath.FlagMark);
        ReadOnlySpan<byte> fields = name[at..(mark < 0 ? name.Length : mark)];
        ReadOnlySpan<byte> flags = name[(at + fields.Length)..];
        name[..at].CopyTo(room);
        at += Field(room[at..], ",S="u8, size.Length);
        at += Field(room[at..], ",W="u8, size.WireLength);
        while (!fields.IsEmpty)
        {
            int next = fields[1..].IndexOf((byte)',') + 1;
            ReadOnlySpan<byte> field = next == 0 ? fields : fields[..next];
            fields = fields[field.Length..];
            if (field.StartsWith(",S="u8) || field.StartsWith(",W="u8))
                continue;
            field.CopyTo(room[at..]);
            at += field.Length;
        }
        flags.CopyTo(room[at..]);
        return room[..(at + flags.Length)];
    }

    private static long Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> key)
    {
        int at = name.IndexOf(key);
        if (at < 0 || !Utf8Parser.TryParse(name[(at + 3)..], out long value, out int used) || value < 0)
            return -1;
        int end = at + 3 + used;
        return end == name.Length || name[end] == ',' || name[end] == FilePath.FlagMark ? value : -1;
    }

    // An "x", for a name that ends with a dot is none on Windows.
    private static bool Stays(byte octet)
        => octet is > 0x20 and < 0x7F and not ((byte)'/' or (byte)':' or (byte)',' or (byte)'\\')
            && octet != FilePath.FlagMark && FilePath.IsName([octet, (byte)'x']);

    // RFC 1939 §7: a unique id is 1 to 70 characters from 0x21 to 0x7E; what other programs name otherwise gets a
    // digest of its name.
    /// <summary>Writes the unique id that belongs to the unique part of a name.</summary>
    public static int WriteUniqueId(ReadOnlySpan<byte> unique, Span<byte> destination)
    {
        if (unique.Length is > 0 and <= UniqueLimit && !unique.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E))
        {
            unique.CopyTo(destination);
            return unique.Length;
        }
        Span<byte> digest = stackalloc byte[Sha256.Size];
        Sha256.Hash(unique, digest);
        return Encoding.ASCII.GetBytes(Convert.ToHexString(digest), destination);
    }

    private static int Field(Span<byte> room, ReadOnlySpan<byte> key, long value)
    {
        key.CopyTo(room);
        Utf8Formatter.TryFormat(value, room[key.Length..], out int digits);
        return key.Length + digits;
    }
}
