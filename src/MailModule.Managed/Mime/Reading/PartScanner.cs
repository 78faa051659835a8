using System.Text;

namespace MailModule.Mime.Reading;

/// <summary>A line that ends parts (RFC 2046 §5.1.1).</summary>
/// <param name="Level">Of the multipart whose boundary it has.</param>
/// <param name="IsLast">No more parts of that one follow.</param>
/// <param name="ContentEnd">Where the part before it ends: its line end belongs to the boundary.</param>
internal readonly record struct Delimiter(int Level, bool IsLast, long ContentEnd);

/// <summary>Goes through a message's lines: headers up to their end, contents up to the next boundary.</summary>
/// <param name="headerLimit">Octets of a header that are kept.</param>
internal sealed class PartScanner(MessageSource source, int headerLimit)
{
    /// <summary>RFC 2046 §5.1.1 allows 70; a line has no more than these (RFC 5322 §2.1.1).</summary>
    public const int LongestBoundary = 994;

    /// <summary>What has to be in sight of a line for it to be known for a boundary or a field.</summary>
    private const int Sight = 1200;

    private readonly SourceWindow _window = new(source);
    private readonly MemoryStream _header = new();
    private bool _hasField;

    public BoundaryTable Boundaries { get; } = new();
    public long Position => _window.Position;
    public long OctetsRead => _window.OctetsRead;

    /// <summary>Of the last header: where its first field is.</summary>
    public long HeaderStart { get; private set; }

    /// <summary>The last header was longer than is kept.</summary>
    public bool IsHeaderCut { get; private set; }

    /// <summary>The fields of the last header, as far as they are kept.</summary>
    public byte[] Header => _header.ToArray();

    /// <summary>
    /// Reads a header to its end, behind the empty line. A line that is no field ends it as well, and is content: a
    /// message may be text alone.
    /// </summary>
    /// <returns>The boundary that ended it, so that there is no content; null: none did.</returns>
    public Delimiter? ReadHeader()
    {
        BeginHeader();
        while (true)
        {
            ReadOnlySpan<byte> line = _window.Peek(Sight);
            if (line.IsEmpty)
                return null;
            if (LineEnd(line) is > 0 and var length)
            {
                _window.Skip(length);
                return null;
            }
            if (TryReadDelimiter(line, _window.Position, out Delimiter found))
                return found;
            bool goesOn = _hasField && line[0] is (byte)' ' or (byte)'\t';
            if (!goesOn && !IsField(line))
                return null;
            _hasField = true;
            TakeLine(_header);
        }
    }

    /// <summary>Goes on to the next boundary that is open; null: to the end.</summary>
    public Delimiter? FindDelimiter(long contentStart)
    {
        if (Boundaries.IsEmpty)
            _window.SkipToEnd();
        while (true)
        {
            ReadOnlySpan<byte> sight = _window.Peek(Sight);
            if (sight.IsEmpty)
                return null;
            if (_window.LineEndBefore > 0 && TryReadDelimiter(sight, contentStart, out Delimiter found))
                return found;
            int next = sight.IndexOf("\n--"u8);
            // The last two octets may begin what is not in sight yet.
            _window.Skip(next >= 0 ? next + 1 : Math.Max(1, sight.Length - 2));
        }
    }

    private void BeginHeader()
    {
        _header.SetLength(0);
        IsHeaderCut = _hasField = false;
        ReadOnlySpan<byte> first = _window.Peek(Sight);
        // The line that begins a message in an mbox file is none of its fields.
        if (first.StartsWith("From "u8) || first.StartsWith(">From "u8))
            TakeLine(null);
        HeaderStart = _window.Position;
    }

    private static int LineEnd(ReadOnlySpan<byte> line) => line[0] == '\n' ? 1 : line.StartsWith("\r\n"u8) ? 2 : 0;

    // RFC 5322 §2.2, and §4.5: blanks before the colon
    private static bool IsField(ReadOnlySpan<byte> line)
    {
        int end = line.IndexOfAnyExceptInRange((byte)'!', (byte)'~');
        ReadOnlySpan<byte> name = line[..(end < 0 ? line.Length : end)];
        int colon = name.IndexOf((byte)':');
        if (colon >= 0)
            return colon > 0;
        ReadOnlySpan<byte> rest = line[name.Length..].TrimStart(" \t"u8);
        return !name.IsEmpty && rest.StartsWith(":"u8);
    }

    private void TakeLine(MemoryStream? header)
    {
        while (true)
        {
            ReadOnlySpan<byte> sight = _window.Peek(1);
            int end = sight.IndexOf((byte)'\n') + 1;
            int length = end > 0 ? end : sight.Length;
            if (header is not null)
                Keep(header, sight[..length]);
            _window.Skip(length);
            if (end > 0 || length == 0)
                return;
        }
    }

    private void Keep(MemoryStream header, ReadOnlySpan<byte> octets)
    {
        int room = headerLimit - (int)header.Length;
        IsHeaderCut |= octets.Length > room;
        header.Write(octets[..Math.Min(octets.Length, room)]);
    }

    private bool TryReadDelimiter(ReadOnlySpan<byte> sight, long contentStart, out Delimiter found)
    {
        found = default;
        if (Boundaries.IsEmpty || !sight.StartsWith("--"u8))
            return false;
        int end = sight[..Math.Min(sight.Length, Sight)].IndexOf((byte)'\n');
        if (end < 0 && sight.Length >= Sight)
            return false;
        int length = end < 0 ? sight.Length : end + 1;
        ReadOnlySpan<byte> text = sight[2..(end < 0 ? sight.Length : end)].TrimEnd(" \t\r"u8);
        int level = Find(text, out bool isLast);
        if (level < 0)
            return false;
        int lineEnd = _window.Position == contentStart ? 0 : _window.LineEndBefore;
        found = new Delimiter(level, isLast, Math.Max(contentStart, _window.Position - lineEnd));
        _window.Skip(length);
        return true;
    }

    private int Find(ReadOnlySpan<byte> text, out bool isLast)
    {
        isLast = false;
        if (text.Length > LongestBoundary + 2)
            return -1;
        Span<char> line = stackalloc char[LongestBoundary + 2];
        line = line[..Encoding.Latin1.GetChars(text, line)];
        int level = Boundaries.Find(line);
        int ended = line.EndsWith("--") ? Boundaries.Find(line[..^2]) : -1;
        isLast = ended > level;
        return Math.Max(level, ended);
    }
}
