namespace MailModule.Mail;

/// <summary>
/// Whether lines that begin with "From " are surely those of a mailbox file (mbox), which end with a time of day and a
/// year, and no text. Takes what stands behind "From ", cut anywhere.
/// </summary>
internal struct MboxLine
{
    private const int DigitsOfYear = 4;

    private bool _isSoFar;
    private int _clock;
    private int _digits;

    /// <summary>All lines were such ones.</summary>
    public readonly bool IsCertain => _isSoFar;

    /// <param name="isFirst">Of lines that are looked at together.</param>
    /// <param name="mayBe">It begins as one.</param>
    public void Begin(bool isFirst, bool mayBe)
    {
        _isSoFar = mayBe && (isFirst || _isSoFar);
        _clock = _digits = 0;
    }

    public void Add(ReadOnlySpan<byte> octets)
    {
        foreach (byte octet in octets)
        {
            bool isDigit = octet is >= (byte)'0' and <= (byte)'9';
            _digits = isDigit ? _digits + 1 : 0;
            // a digit, a colon, a digit
            _clock = _clock == 3 || _clock == 2 && isDigit ? 3 : isDigit ? 1 : _clock == 1 && octet == ':' ? 2 : 0;
        }
    }

    public void End() => _isSoFar = _isSoFar && _clock == 3 && _digits == DigitsOfYear;
}
