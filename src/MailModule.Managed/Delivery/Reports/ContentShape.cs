using System.Text;

namespace MailModule.Delivery.Reports;

/// <summary>What of a text at rest decides how it can travel inside a DSN; given in pieces, cut anywhere.</summary>
internal struct ContentShape
{
    // RFC 5322 §2.1.1, RFC 2045 §2.7 and §2.8: octets of a line without its end
    private const int LineLimit = 998;

    private int _line;

    public ContentShape()
    {
    }

    public bool IsAscii { get; private set; } = true;

    /// <summary>No line is longer than mail may have, and no NUL or CR stands in one.</summary>
    public bool KeepsLines { get; private set; } = true;

    public void Add(ReadOnlySpan<byte> content)
    {
        IsAscii = IsAscii && Ascii.IsValid(content);
        KeepsLines = KeepsLines && content.IndexOfAny((byte)'\0', (byte)'\r') < 0;
        while (KeepsLines && !content.IsEmpty)
        {
            int end = content.IndexOf((byte)'\n');
            _line += end < 0 ? content.Length : end;
            KeepsLines = _line <= LineLimit;
            content = end < 0 ? default : content[(end + 1)..];
            if (end >= 0)
                _line = 0;
        }
    }
}
