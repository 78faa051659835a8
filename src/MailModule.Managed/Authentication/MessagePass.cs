using MailModule.Primitives;

namespace MailModule.Authentication;

/// <summary>
/// One pass over a message for all that wants to know about it. Octets as they come, cut anywhere, with CRLF or LF at
/// the ends of lines (LF counts as CRLF). Keeps the header section and nothing of the body. One thread at a time;
/// whoever drops a message half way need not say so.
/// </summary>
/// <param name="watchers">Null is nobody.</param>
internal sealed class MessagePass(params IMessageWatcher?[] watchers)
{
    /// <summary>Octets of a header section that are looked at; a longer one is cut (<see cref="HeaderSection.IsCut"/>).
    /// Real ones have a few thousand.</summary>
    public const int HeaderLimit = 512 * 1024;

    /// <summary>What has come of the line under way: it tells whether the line is empty (RFC 5322 §2.1).</summary>
    private enum Line : byte
    {
        Nothing,
        Cr,
        Text,
    }

    private readonly BodyHashes _hashes = new();
    private byte[] _header = [];
    private int _headerLength;
    private bool _isCut;
    private Line _line;

    /// <summary>The watchers have been told of the header; what comes now is the body.</summary>
    public bool IsHeaderOver { get; private set; }

    /// <summary>The next octets of the message.</summary>
    public void Append(ReadOnlySpan<byte> octets)
    {
        if (!IsHeaderOver)
            octets = AppendHeader(octets);
        if (IsHeaderOver && !octets.IsEmpty)
            _hashes.Append(octets);
    }

    /// <summary>The message is whole. A message without an empty line is all header.</summary>
    public void End()
    {
        if (!IsHeaderOver)
            EndHeader();
        _hashes.End();
    }

    /// <summary>Returns what belongs to the body.</summary>
    private ReadOnlySpan<byte> AppendHeader(ReadOnlySpan<byte> octets)
    {
        int at = 0;
        while (at < octets.Length)
        {
            int length = octets[at..].IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = octets.Slice(at, length < 0 ? octets.Length - at : length);
            _line = Continue(_line, line);
            if (length < 0)
                break;
            at += length + 1;
            if (_line != Line.Text)
            {
                Keep(octets[..at]);
                EndHeader();
                return octets[at..];
            }
            _line = Line.Nothing;
        }
        Keep(octets);
        return default;
    }

    private static Line Continue(Line line, ReadOnlySpan<byte> octets) => octets switch
    {
        [] => line,
        [(byte)'\r'] when line == Line.Nothing => Line.Cr,
        _ => Line.Text,
    };

    private void Keep(ReadOnlySpan<byte> octets)
    {
        int room = HeaderLimit - _headerLength;
        _isCut |= octets.Length > room;
        octets = octets[..Math.Min(octets.Length, room)];
        int needed = _headerLength + octets.Length;
        if (needed > _header.Length)
            Array.Resize(ref _header, BufferSize.For(needed, _header.Length));
        octets.CopyTo(_header.AsSpan(_headerLength));
        _headerLength = needed;
    }

    private void EndHeader()
    {
        IsHeaderOver = true;
        var header = new HeaderSection(_header.AsMemory(0, _headerLength), _isCut);
        _header = [];
        foreach (IMessageWatcher? watcher in watchers)
            watcher?.HeaderEnded(header, _hashes);
    }
}
