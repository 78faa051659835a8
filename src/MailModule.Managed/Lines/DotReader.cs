namespace MailModule.Lines;

/// <summary>
/// Reads a dot-stuffed message text (RFC 5321 §4.5.2, RFC 1939 §3) piece by piece, independent of how the octets are cut.
/// Only CRLF "." CRLF ends it. A machine with named states; no buffer; yields slices of the input.
/// </summary>
public struct DotReader
{
    /// <summary>A bare CR or LF was met; what to do about it is the caller's.</summary>
    public bool SawBareNewline => throw new NotImplementedException();
    /// <summary>The final dot line has been consumed.</summary>
    public bool AtEnd => throw new NotImplementedException();

    /// <param name="normalize">Give CRLF for each bare CR or LF; else they are passed on as they are. Neither ever ends the message.</param>
    public DotReader(bool normalize) => throw new NotImplementedException();

    /// <summary>
    /// Takes octets from the front of <paramref name="input"/> and gives the next stretch of unstuffed text with CRLF lines, or nothing
    /// if the input is used up or the end is reached (see <see cref="AtEnd"/>). The stretch is a slice of the input or static.
    /// The concatenation of all stretches is the message.
    /// </summary>
    public bool TryRead(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> text) => throw new NotImplementedException();
}
