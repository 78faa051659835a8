namespace MailModule.Lines;

/// <summary>
/// Counts what a message's content takes on the wire: each line end (LF, CR or CRLF) two octets, and one at the end if
/// it has none; stuffing does not count (RFC 1939 §11). Independent of how the octets are cut.
/// </summary>
internal struct WireLength
{
    private long _octets;
    private bool _afterCr;
    private bool _inLine;

    public void Add(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            int end = content.IndexOfAny((byte)'\r', (byte)'\n');
            if (end != 0)
                AddInLine(end < 0 ? content.Length : end);
            if (end < 0)
                return;
            AddLineEnd(content[end] == '\r');
            content = content[(end + 1)..];
        }
    }

    /// <summary>The count, were the content to end here.</summary>
    public readonly long Total => _inLine ? _octets + 2 : _octets;

    private void AddInLine(int count)
    {
        _octets += count;
        _inLine = true;
        _afterCr = false;
    }

    private void AddLineEnd(bool isCr)
    {
        bool secondHalf = !isCr && _afterCr;
        _octets += secondHalf ? 0 : 2;
        _afterCr = isCr;
        _inLine = false;
    }
}
