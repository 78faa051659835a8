namespace MailModule.Engine.Importing;

/// <summary>
/// Looks for the dots that lines begin with, in text cut anywhere. SMTP doubles each of them (RFC 5321 §4.5.2), so a
/// line that begins with a single one says that nothing was doubled; but a single dot alone on the last line is the end
/// of the data, which nobody took away.
/// </summary>
internal struct LegacyDots
{
    private enum State : byte
    {
        LineStart,
        InLine,
        /// <summary>After a dot that begins a line.</summary>
        Dot,
        /// <summary>After a CR that follows such a dot.</summary>
        DotCr,
    }

    private State _state;
    private bool _hasSingle;
    private bool _isLastAlone;
    private long _octets;
    private long _lastAlone;

    /// <summary>A line begins with one dot and no more, and it is not the last one.</summary>
    public readonly bool HasSingle => _hasSingle;

    /// <summary>Octets before a last line of one dot; all of them where there is no such line.</summary>
    public readonly long LengthBeforeEnd
        => _state is State.Dot or State.DotCr || _isLastAlone && _state == State.LineStart ? _lastAlone : _octets;

    public void Add(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            int taken = _state == State.InLine ? SkipLine(text) : Step(text[0]);
            _octets += taken;
            text = text[taken..];
        }
    }

    private int SkipLine(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)'\n');
        if (end >= 0)
            _state = State.LineStart;
        return end < 0 ? text.Length : end + 1;
    }

    private int Step(byte octet)
    {
        switch (_state)
        {
            case State.LineStart:
                // Something follows the line that was the last one.
                _hasSingle |= _isLastAlone;
                _isLastAlone = false;
                if (octet == '.')
                    (_state, _lastAlone) = (State.Dot, _octets);
                else if (octet != '\n')
                    _state = State.InLine;
                return 1;
            case State.Dot when octet == '\r':
                _state = State.DotCr;
                return 1;
            case State.Dot or State.DotCr when octet == '\n':
                (_state, _isLastAlone) = (State.LineStart, true);
                return 1;
            default:
                _hasSingle |= _state == State.DotCr || octet != '.';
                _state = State.InLine;
                return 1;
        }
    }
}
