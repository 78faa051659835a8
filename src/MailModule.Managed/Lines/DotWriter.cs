namespace MailModule.Lines;

/// <summary>
/// Writes a message text for the wire, piece by piece: LF, CR and CRLF become CRLF, a leading dot is doubled, the end gets a line end if it
/// has none and the final dot. Independent of how the octets are cut.
/// </summary>
public struct DotWriter
{
    /// <summary>Encodes as much of <paramref name="input"/> as fits; each octet needs at most 3 of <paramref name="output"/>.</summary>
    public void Write(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written) => throw new NotImplementedException();

    /// <summary>Writes what ends the text: CRLF if the last line has none, then "." CRLF (at most 5 octets).</summary>
    public int Finish(Span<byte> output) => throw new NotImplementedException();
}
