namespace MailModule.Mail;

/// <summary>
/// Walks the fields of a message's header (RFC 5322 §2.2), folded ones whole, line ends CRLF or LF. A line of the
/// header that is no field comes as one without a name. Ends before the empty line. A pure function of its octets.
/// </summary>
internal ref struct HeaderFields(ReadOnlySpan<byte> header)
{
    private ReadOnlySpan<byte> _rest = header;

    /// <summary>The field with all its lines and the last one's end.</summary>
    public ReadOnlySpan<byte> Whole { get; private set; }

    /// <summary>Without the colon and blanks before it; empty for what is no field.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>What follows the colon, folds as they are, without blanks and line ends around it.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool MoveNext()
    {
        if (_rest.IsEmpty || _rest[0] == '\n' || _rest.StartsWith("\r\n"u8))
            return false;
        int end = EndOfField(_rest);
        Whole = _rest[..end];
        _rest = _rest[end..];
        int colon = Whole.IndexOf((byte)':');
        ReadOnlySpan<byte> name = colon < 0 ? default : Whole[..colon];
        while (name is [.. var rest, (byte)' ' or (byte)'\t'])
            name = rest;
        bool isField = !name.IsEmpty && !name.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e);
        Name = isField ? name : default;
        Value = isField ? WithoutBlanksAround(Whole[(colon + 1)..]) : default;
        return true;
    }

    /// <summary>Compares without regard to case.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) => System.Text.Ascii.EqualsIgnoreCase(Name, name);

    // There are few of them, if any: no search for one of many octets is worth its beginning.
    private static ReadOnlySpan<byte> WithoutBlanksAround(ReadOnlySpan<byte> text)
    {
        while (text is [var first, .. var rest] && IsBlank(first))
            text = rest;
        while (text is [.. var rest, var last] && IsBlank(last))
            text = rest;
        return text;
    }

    private static bool IsBlank(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    // RFC 5322 §2.2.3: a line that begins with white space continues the one before it
    private static int EndOfField(ReadOnlySpan<byte> text)
    {
        int end = 0;
        do
        {
            int line = text[end..].IndexOf((byte)'\n');
            end = line < 0 ? text.Length : end + line + 1;
        }
        while (end < text.Length && text[end] is (byte)' ' or (byte)'\t');
        return end;
    }
}
