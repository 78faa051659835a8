namespace MailModule.Mail;

/// <summary>
/// Finds a content's traits; given in pieces, cut anywhere, with any line ends. It looks for the last line end that a
/// line may reach and goes on from there, so that most octets are looked at once only, for their highest bit.
/// </summary>
internal struct ContentScan
{
    /// <summary>RFC 5322 §2.1.1, RFC 5321 §4.5.3.1.6: octets of a line without its end.</summary>
    public const int LineLimit = 998;

    private int _line;

    public ContentTraits Traits { get; private set; }

    public static ContentTraits TraitsOf(ReadOnlySpan<byte> content)
    {
        var scan = new ContentScan();
        scan.Add(content);
        return scan.Traits;
    }

    public static bool IsEightBit(ReadOnlySpan<byte> content) => content.IndexOfAnyInRange((byte)0x80, (byte)0xFF) >= 0;

    public void Add(ReadOnlySpan<byte> content)
    {
        if ((Traits & ContentTraits.EightBit) == 0 && IsEightBit(content))
            Traits |= ContentTraits.EightBit;
        if ((Traits & ContentTraits.LongLines) == 0 && HasLongLine(content))
            Traits |= ContentTraits.LongLines;
    }

    private bool HasLongLine(ReadOnlySpan<byte> content)
    {
        while (_line + content.Length > LineLimit)
        {
            int end = content[..(LineLimit + 1 - _line)].LastIndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
                return true;
            content = content[(end + 1)..];
            _line = 0;
        }
        int last = content.LastIndexOfAny((byte)'\r', (byte)'\n');
        _line = last < 0 ? _line + content.Length : content.Length - last - 1;
        return false;
    }
}
