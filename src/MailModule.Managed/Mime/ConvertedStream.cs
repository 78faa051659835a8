using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Mime;

/// <summary>
/// A message with its edits, made while it is read: nothing of it is kept but the piece in hand. Owns the stream of the
/// original, which has LF line ends.
/// </summary>
internal sealed class ConvertedStream(Stream original, IReadOnlyList<Edit> edits) : ReadOnlyStream
{
    private readonly byte[] _piece = new byte[Recoder.PieceLength];
    private ReadOnlyMemory<byte> _ready;
    private Recoder? _recoder;
    private long _position;
    private int _edit;
    private int _line;

    /// <exception cref="IOException">The original cannot be read, or is shorter than it was.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (_ready.IsEmpty)
        {
            if (buffer.IsEmpty)
                return 0;
            if (_edit == edits.Count)
                return ReadOriginal(buffer, long.MaxValue);
            if (_position < edits[_edit].Start)
                return ReadOriginal(buffer, edits[_edit].Start);
            Apply(edits[_edit]);
        }
        int count = Math.Min(buffer.Length, _ready.Length);
        _ready.Span[..count].CopyTo(buffer);
        _ready = _ready[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            original.Dispose();
        base.Dispose(disposing);
    }

    private int ReadOriginal(Span<byte> buffer, long end)
    {
        int count = original.Read(buffer[..(int)Math.Min(buffer.Length, end - _position)]);
        if (count == 0 && end != long.MaxValue)
            throw new IOException("the message has become shorter");
        _position += count;
        return count;
    }

    // The edit's next octets.
    private void Apply(Edit edit)
    {
        int count = 0;
        if (_position < edit.End)
            count = ReadOriginal(_piece, edit.End);
        bool isEnd = _position == edit.End;
        if (edit.Recoding == Recoding.None)
            _ready = isEnd ? edit.Octets! : default;
        else if (edit.Recoding == Recoding.Ascii)
            _ready = ToAscii(_piece.AsSpan(0, count));
        else if (count > 0)
            _ready = (_recoder ??= new Recoder(edit.Recoding)).Recode(_piece, count);
        if (isEnd)
            End();
    }

    private void End()
    {
        if (_recoder is { } recoder)
        {
            byte[] last = _ready.ToArray(); // they lie where the rest comes to lie
            _ready = (byte[])[.. last, .. recoder.Finish().Span];
        }
        _recoder = null;
        _line = 0;
        _edit++;
    }

    private byte[] ToAscii(ReadOnlySpan<byte> text)
    {
        var ascii = new List<byte>(text.Length + 16);
        foreach (byte octet in text)
        {
            if (octet == '\n')
                _line = -1;
            if (++_line > ContentScan.LineLimit)
            {
                ascii.Add((byte)'\n');
                _line = 1;
            }
            ascii.Add(octet > 127 ? (byte)'?' : octet);
        }
        return [.. ascii];
    }
}
