namespace MailModule.Lines;

/// <summary>
/// Reads the dot-stuffed content of a message (RFC 5321 §4.5.2, RFC 1939 §3) piece by piece, independent of how the
/// octets are cut. Only CRLF "." CRLF ends it. A machine with named states; no buffer; yields slices of the input.
/// Content that comes counted (RFC 3030) keeps the same rules about line ends, but a dot in it is text, and
/// <see cref="TryEnd"/> ends it.
/// </summary>
/// <remarks>
/// What must hold, or messages can be smuggled: a dot counts (ends or is removed) only in
/// <see cref="State.LineStart"/>, which only the beginning of the content and a true CRLF lead to. A bare CR or LF
/// leads to <see cref="State.InLine"/>, also when it is passed on as CRLF; so does a NUL, also when it is taken out, so
/// that the dot of CRLF NUL "." CRLF is text.
/// </remarks>
internal struct DotReader
{
    private enum State : byte
    {
        /// <summary>After CRLF, or at the beginning: DATA's own CRLF counts (RFC 5321 §4.1.1.4).</summary>
        LineStart,
        /// <summary>Inside a line.</summary>
        InLine,
        /// <summary>A CR was taken and not passed on yet.</summary>
        Cr,
        /// <summary>A dot was taken at the start of a line.</summary>
        Dot,
        /// <summary>CR after that dot.</summary>
        DotCr,
        End,
    }

    private readonly bool _normalize;
    private readonly bool _isCounted;
    private State _state;

    /// <param name="normalize">Give CRLF for each bare CR or LF and nothing for a NUL; else they are passed on as they
    /// are. None of them ever ends the message.</param>
    /// <param name="isCounted">Nothing was stuffed, and no dot line ends it.</param>
    public DotReader(bool normalize, bool isCounted = false) => (_normalize, _isCounted) = (normalize, isCounted);

    /// <summary>A bare CR or LF was met; what to do about it is the caller's.</summary>
    public bool SawBareNewline { get; private set; }

    /// <summary>A NUL was met; what to do about it is the caller's.</summary>
    public bool SawNul { get; private set; }

    /// <summary>The final dot line has been consumed.</summary>
    public readonly bool AtEnd => _state == State.End;

    /// <summary>
    /// Takes octets from the front of <paramref name="input"/> and gives the next piece of unstuffed content with CRLF
    /// lines, or nothing if the input is used up or the end is reached (see <see cref="AtEnd"/>). The piece is a slice
    /// of the input or static. The concatenation of all pieces is the message.
    /// </summary>
    public bool TryRead(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> content)
    {
        content = default;
        while (!input.IsEmpty && _state != State.End)
            if (Step(ref input, out content))
                return true;
        return false;
    }

    /// <summary>
    /// Counted content is at its end. True: this piece is still missing, for its last line has no end, or half of one.
    /// </summary>
    public bool TryEnd(out ReadOnlySpan<byte> content)
    {
        State last = _state;
        content = default;
        if (last == State.Cr)
            OnBareNewline("\r"u8, out content);
        else if (last == State.InLine)
            content = "\r\n"u8;
        _state = State.End;
        return !content.IsEmpty;
    }

    private bool Step(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> content)
    {
        content = default;
        switch (_state)
        {
            case State.LineStart:
                // RFC 5321 §4.5.2: a leading dot is removed
                _state = !_isCounted && SkipIf(ref input, '.') ? State.Dot : State.InLine;
                return false;
            case State.Dot:
                _state = SkipIf(ref input, '\r') ? State.DotCr : State.InLine;
                return false;
            case State.DotCr:
                if (!SkipIf(ref input, '\n'))
                    return OnBareNewline("\r"u8, out content);
                _state = State.End;
                return false;
            case State.Cr:
                if (!SkipIf(ref input, '\n'))
                    return OnBareNewline("\r"u8, out content);
                _state = State.LineStart;
                content = "\r\n"u8;
                return true;
            default:
                return ReadInLine(ref input, out content);
        }
    }

    private bool ReadInLine(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> content)
    {
        if (input[0] == 0)
            return OnNul(ref input, out content);
        return SkipIf(ref input, '\n') ? OnBareNewline("\n"u8, out content) : ReadRun(ref input, out content);
    }

    private bool ReadRun(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> content)
    {
        int length = VerbatimRun.Length(input);
        content = input[..length];
        input = input[length..];
        if (SkipIf(ref input, '\r'))
            _state = State.Cr;
        else
            _state = content[^1] == '\n' ? State.LineStart : State.InLine;
        return length > 0;
    }

    private bool OnBareNewline(ReadOnlySpan<byte> octet, out ReadOnlySpan<byte> content)
    {
        SawBareNewline = true;
        _state = State.InLine;
        content = _normalize ? "\r\n"u8 : octet;
        return true;
    }

    private bool OnNul(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> content)
    {
        SawNul = true;
        int length = input.IndexOfAnyExcept((byte)0);
        ReadOnlySpan<byte> nuls = length < 0 ? input : input[..length];
        input = input[nuls.Length..];
        content = _normalize ? default : nuls;
        return !_normalize;
    }

    private static bool SkipIf(scoped ref ReadOnlySpan<byte> input, char octet)
    {
        if (input.IsEmpty || input[0] != octet)
            return false;
        input = input[1..];
        return true;
    }
}
