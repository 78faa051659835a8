namespace MailModule.Spool;

/// <summary>
/// Turns wire text (CRLF) into text at rest (LF), cut anywhere. A CR that no LF follows stays. Counts the lines, by
/// which the two lengths differ.
/// </summary>
internal struct LineEnds
{
    private bool _heldCr;

    /// <summary>LFs written so far.</summary>
    public long Lines { get; private set; }

    /// <summary>Converts until one of the two spans is used up; the target holds at least one octet.</summary>
    public (int Taken, int Written) Convert(ReadOnlySpan<byte> content, Span<byte> target)
    {
        int taken = 0, written = 0;
        if (_heldCr && !content.IsEmpty)
        {
            _heldCr = false;
            if (content[0] != '\n')
                target[written++] = (byte)'\r';
        }
        while (taken < content.Length && written < target.Length)
        {
            ReadOnlySpan<byte> rest = content.Slice(taken, Math.Min(content.Length - taken, target.Length - written));
            int cr = rest.IndexOf((byte)'\r');
            int plain = cr < 0 ? rest.Length : cr;
            rest[..plain].CopyTo(target[written..]);
            taken += plain;
            written += plain;
            if (cr >= 0 && !ConvertCr(content, ref taken, target, ref written))
                break;
        }
        Lines += target[..written].Count((byte)'\n');
        return (taken, written);
    }

    /// <summary>The CR that ended the text, if it did; call once at the end.</summary>
    public bool FlushHeldCr()
    {
        bool held = _heldCr;
        _heldCr = false;
        return held;
    }

    // False at the end of the text: what follows decides.
    private bool ConvertCr(ReadOnlySpan<byte> content, ref int taken, Span<byte> target, ref int written)
    {
        taken++;
        _heldCr = taken == content.Length;
        if (!_heldCr && content[taken] != '\n')
            target[written++] = (byte)'\r';
        return !_heldCr;
    }
}
