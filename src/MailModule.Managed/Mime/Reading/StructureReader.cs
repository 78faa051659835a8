namespace MailModule.Mime.Reading;

/// <summary>
/// Finds the parts of a message in one reading, in the order in which they stand there, without decoding a content.
/// Time is linear in the message's length; memory is what the limits allow.
/// </summary>
internal sealed class StructureReader
{
    private readonly PartScanner _scanner;
    private readonly MessageLimits _limits;
    private readonly List<PartPlace> _parts = [];
    private readonly List<int> _open = [];
    private PassedLimits _passed;

    private StructureReader(MessageSource source, MessageLimits limits)
    {
        _limits = limits;
        _scanner = new PartScanner(source, limits.Header);
    }

    /// <exception cref="IOException">The message cannot be read.</exception>
    public static MessageStructure Read(MessageSource source, MessageLimits limits)
    {
        var reader = new StructureReader(source, limits);
        reader.TryAdd(-1);
        while (reader.ReadPart() is { } end && reader.GoOn(end))
        {
        }
        reader.CloseAbove(-1, source.Length);
        return new MessageStructure(reader._parts, reader._passed, reader._scanner.OctetsRead);
    }

    /// <summary>
    /// The part that has begun, and messages in it, up to a boundary; null: the message is at its end.
    /// </summary>
    private Delimiter? ReadPart()
    {
        while (true)
        {
            Delimiter? end = _scanner.ReadHeader();
            PartPlace part = Current;
            (part.HeaderStart, part.ContentStart) = (_scanner.HeaderStart, _scanner.Position);
            if (end is { } early)
                part.ContentStart = early.ContentEnd;
            part.IsHeaderCut = _scanner.IsHeaderCut;
            if (part.IsHeaderCut)
                _passed |= PassedLimits.Header;
            bool isMessage = end is null && TryOpen(part);
            if (!isMessage)
                return end ?? _scanner.FindDelimiter(part.ContentStart);
            if (!TryAdd(_open[^1]))
                return null;
        }
    }

    /// <summary>Whether parts are looked for in it, and if so whether it is a message, whose header follows.</summary>
    private bool TryOpen(PartPlace part)
    {
        var header = new MessageHeader(_scanner.Header, _scanner.IsHeaderCut);
        var type = PartType.Read(header, part.Parent >= 0 && _parts[part.Parent].IsDigest, _limits.Parameters);
        if (type.HasMoreParameters)
            _passed |= PassedLimits.Parameters;
        part.IsDigest = type.IsDigest;
        part.Kind |= type.IsMessage ? PartKind.Message : type.IsMultipart ? PartKind.Multipart : PartKind.None;
        bool isOpened = type.IsMessage || type.Boundary is not null;
        if (isOpened && part.Depth >= _limits.Depth)
        {
            _passed |= PassedLimits.Depth;
            part.Kind |= PartKind.Cut;
            return false;
        }
        if (type.Boundary is { } boundary)
            _scanner.Boundaries.Open(boundary, _open.Count - 1);
        return type.IsMessage;
    }

    /// <summary>What follows a boundary; false: no more parts do.</summary>
    private bool GoOn(Delimiter end)
    {
        while (true)
        {
            CloseAbove(end.Level, end.ContentEnd);
            if (!end.IsLast)
                return TryAdd(_open[end.Level]);
            // What follows the last boundary belongs to no part of it (RFC 2046 §5.1.1).
            _scanner.Boundaries.TryClose(end.Level);
            if (_scanner.FindDelimiter(Current.ContentStart) is not { } next)
                return false;
            end = next;
        }
    }

    private bool TryAdd(int parent)
    {
        if (_parts.Count == _limits.Parts)
        {
            _passed |= PassedLimits.Parts;
            _parts[parent].Kind |= PartKind.Cut;
            return false;
        }
        int depth = parent < 0 ? 0 : _parts[parent].Depth + 1;
        if (parent >= 0 && _parts[parent].LastChild is >= 0 and var sibling)
            _parts[sibling].Next = _parts.Count;
        if (parent >= 0)
            _parts[parent].AddChild(_parts.Count);
        _open.Add(_parts.Count);
        _parts.Add(new PartPlace(parent, depth, _scanner.Position));
        return true;
    }

    private PartPlace Current => _parts[_open[^1]];

    private void CloseAbove(int level, long end)
    {
        for (int open = _open.Count - 1; open > level; open--)
        {
            PartPlace part = _parts[_open[open]];
            part.ContentEnd = Math.Max(part.ContentStart, end);
            if (_scanner.Boundaries.TryClose(open) && (part.Kind & PartKind.Cut) == 0)
                part.Kind |= PartKind.NotEnded;
            _open.RemoveAt(open);
        }
    }
}

/// <summary>The parts of a message, and what of it there was too much of.</summary>
/// <param name="OctetsRead">What it took to find them.</param>
internal sealed record MessageStructure(IReadOnlyList<PartPlace> Parts, PassedLimits Passed, long OctetsRead);
