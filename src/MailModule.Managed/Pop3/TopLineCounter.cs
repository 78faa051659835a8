namespace MailModule.Pop3;

/// <summary>
/// Finds where TOP ends: the header, the blank line and the asked number of body lines (RFC 1939 §7). A line ends with
/// LF, CR or CRLF, as on its way out each becomes CRLF. Independent of how the octets are cut.
/// </summary>
internal struct TopLineCounter(int lines)
{
    private int _left = lines;
    private bool _inBody;
    private bool _inLine;
    private bool _afterCr;

    /// <summary>All that was asked for has been given.</summary>
    public readonly bool IsDone => _inBody && _left == 0;

    /// <summary>How many octets at the front of the content belong to the answer.</summary>
    public int Count(ReadOnlySpan<byte> content)
    {
        int at = 0;
        while (at < content.Length && !IsDone)
        {
            int end = content[at..].IndexOfAny((byte)'\r', (byte)'\n');
            _inLine |= end != 0;
            if (end < 0)
            {
                _afterCr = false;
                return content.Length;
            }
            _afterCr &= end == 0;
            at += end + 1;
            EndLine(isCr: content[at - 1] == '\r');
        }
        return at;
    }

    private void EndLine(bool isCr)
    {
        bool secondHalf = !isCr && _afterCr;
        _afterCr = isCr;
        if (secondHalf)
            return;
        if (_inBody)
            _left--;
        else if (!_inLine)
            _inBody = true;
        _inLine = false;
    }
}
