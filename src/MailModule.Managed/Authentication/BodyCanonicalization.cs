namespace MailModule.Authentication;

/// <summary>
/// A body in the form in which it is hashed (RFC 6376 §3.4.3, §3.4.4), while it goes by, cut anywhere. LF alone ends a
/// line as CRLF does; a CR alone is an octet like others.
/// </summary>
/// <remarks>
/// What is not written at once: ends of lines, for they may be the last ones (a count); blanks that may end a line
/// (relaxed: a bit); a CR whose LF may yet come (a bit). Each octet is looked at a fixed number of times.
/// </remarks>
internal sealed class BodyCanonicalization(Canonicalization form)
{
    private readonly bool _isRelaxed = form == Canonicalization.Relaxed;
    private long _lineEnds;
    private bool _isBlankOwed;
    private bool _isCrOwed;
    private bool _hasText;

    private static ReadOnlySpan<byte> LineEnds => "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n"u8;

    public void Append(ReadOnlySpan<byte> octets, ICanonicalOutput output)
    {
        octets = octets[AppendCanonical(octets, output)..];
        while (!octets.IsEmpty)
        {
            int end = octets.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? octets : octets[..end];
            octets = octets[(end < 0 ? octets.Length : end + 1)..];
            if (_isCrOwed && !line.IsEmpty)
                AppendText("\r"u8, output);
            _isCrOwed = line is [.., (byte)'\r'] || _isCrOwed && line.IsEmpty;
            AppendText(line is [.., (byte)'\r'] ? line[..^1] : line, output);
            if (end >= 0)
                EndLine();
        }
    }

    /// <summary>
    /// Whole lines that are in canonical form already, as most are, are written in one piece, up to the last one with
    /// text: its line end is owed.
    /// </summary>
    /// <returns>Octets that are done with.</returns>
    private int AppendCanonical(ReadOnlySpan<byte> octets, ICanonicalOutput output)
    {
        if (_isCrOwed || _isBlankOwed)
            return 0;
        ReadOnlySpan<byte> lines = octets[..(octets.LastIndexOf("\r\n"u8) is >= 0 and var end ? end + 2 : 0)];
        int length = lines.LastIndexOfAnyExcept((byte)'\r', (byte)'\n') + 1;
        lines = lines[..length];
        if (length == 0 || lines[0] == '\n' || !CanonicalLines.Are(lines, _isRelaxed))
            return 0;
        WriteText(lines, output);
        return length;
    }

    public void End(ICanonicalOutput output)
    {
        if (_isCrOwed)
            AppendText("\r"u8, output);
        _isCrOwed = false;
        // RFC 6376 §3.4.3, §3.4.4: empty lines at the end do not count, but the last line has its end; without any text
        // there is that alone, or, relaxed, nothing at all
        if (_hasText || !_isRelaxed)
            output.Write("\r\n"u8);
    }

    private void EndLine()
    {
        _isCrOwed = false;
        _isBlankOwed = false; // RFC 6376 §3.4.4: white space at the end of a line does not count
        _lineEnds++;
    }

    /// <param name="text">Within one line; a CR in it is alone.</param>
    private void AppendText(ReadOnlySpan<byte> text, ICanonicalOutput output)
    {
        if (_isRelaxed)
            AppendRelaxed(text, output);
        else if (!text.IsEmpty)
            WriteText(text, output);
    }

    // RFC 6376 §3.4.4: white space within a line is one blank
    private void AppendRelaxed(ReadOnlySpan<byte> text, ICanonicalOutput output)
    {
        ReadOnlySpan<byte> inner = text.TrimStart(" \t"u8);
        _isBlankOwed |= inner.Length < text.Length;
        text = inner.TrimEnd(" \t"u8);
        if (text.IsEmpty)
            return;
        if (!text.Contains((byte)'\t') && text.IndexOf("  "u8) < 0)
            WriteWords(text, output); // as nearly all lines are
        else
            AppendWords(text, output);
        _isBlankOwed = text.Length < inner.Length;
    }

    private void AppendWords(ReadOnlySpan<byte> text, ICanonicalOutput output)
    {
        while (true)
        {
            int end = text.IndexOfAny((byte)' ', (byte)'\t');
            WriteWords(end < 0 ? text : text[..end], output);
            if (end < 0)
                return;
            text = text[end..].TrimStart(" \t"u8);
            _isBlankOwed = true;
        }
    }

    private void WriteWords(ReadOnlySpan<byte> text, ICanonicalOutput output)
    {
        if (_isBlankOwed)
            WriteText(" "u8, output);
        _isBlankOwed = false;
        WriteText(text, output);
    }

    private void WriteText(ReadOnlySpan<byte> text, ICanonicalOutput output)
    {
        for (; _lineEnds > 0; _lineEnds -= Math.Min(_lineEnds, LineEnds.Length / 2))
            output.Write(LineEnds[..(int)Math.Min(2 * _lineEnds, LineEnds.Length)]);
        _hasText = true;
        output.Write(text);
    }
}
