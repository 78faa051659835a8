namespace MailModule.Smtp.Server;

/// <summary>
/// Counts Received fields in the header of a message that arrives in pieces, cut anywhere (RFC 5321 §6.3: a simple and
/// effective way to find loops). Costs nothing once the header is over.
/// </summary>
internal struct HopCounter
{
    private const int RestOfLine = -1;

    private int _matched;
    private bool _headerIsOver;

    public int Count { get; private set; }

    public void Add(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty && !_headerIsOver)
            content = _matched == RestOfLine ? SkipLine(content) : Match(content);
    }

    private ReadOnlySpan<byte> SkipLine(ReadOnlySpan<byte> content)
    {
        int end = content.IndexOf((byte)'\n');
        if (end < 0)
            return default;
        _matched = 0;
        return content[(end + 1)..];
    }

    private ReadOnlySpan<byte> Match(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> name = "received:"u8;
        if (_matched == 0 && content[0] is (byte)'\r' or (byte)'\n')
            _headerIsOver = true;
        else if ((content[0] | 0x20) != name[_matched] && content[0] != name[_matched])
            _matched = RestOfLine;
        else if (++_matched == name.Length)
        {
            Count++;
            _matched = RestOfLine;
        }
        // the octet is given back if it did not match: it may end the line
        return _matched == RestOfLine ? content : content[1..];
    }
}
