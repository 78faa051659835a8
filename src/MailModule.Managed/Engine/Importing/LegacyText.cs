using MailModule.Spool;

namespace MailModule.Engine.Importing;

/// <summary>
/// Turns a message of the old module's, cut anywhere, into text at rest: CRLF becomes LF, a dot that begins a line is
/// removed where dots were doubled (RFC 5321 §4.5.2), and the last line gets its end.
/// </summary>
/// <param name="isStuffed">Leading dots are doubled.</param>
/// <param name="write">Takes what comes out.</param>
internal sealed class LegacyText(bool isStuffed, Action<ReadOnlyMemory<byte>> write)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private LineEnds _ends;
    private bool _isLineStart = true;

    public void Add(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (_isLineStart && isStuffed && text[0] == '.')
                text = text[1..];
            else
            {
                int end = text.IndexOf((byte)'\n');
                int length = end < 0 ? text.Length : end + 1;
                Convert(text[..length]);
                text = text[length..];
                _isLineStart = end >= 0;
                continue;
            }
            _isLineStart = false;
        }
    }

    /// <summary>The text has ended.</summary>
    public void End()
    {
        if (_ends.FlushHeldCr())
            write("\r"u8.ToArray());
        if (!_isLineStart)
            write("\n"u8.ToArray());
        _isLineStart = true;
    }

    private void Convert(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            (int taken, int written) = _ends.Convert(text, _buffer);
            text = text[taken..];
            if (written > 0)
                write(_buffer.AsMemory(0, written));
        }
    }
}
