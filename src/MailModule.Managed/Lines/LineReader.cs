namespace MailModule.Lines;

/// <summary>What <see cref="LineReader.Read"/> found.</summary>
internal enum LineResult
{
    /// <summary>No whole line yet; the input is untouched, save what belongs to a line that is too long.</summary>
    Incomplete,
    /// <summary>A line, without its CRLF.</summary>
    Line,
    /// <summary>A line longer than the limit: reported once, its octets are thrown away up to its CRLF.</summary>
    TooLong,
}

/// <summary>
/// Cuts CRLF lines from the front of the input, with a hard limit on their length. A bare CR or LF ends nothing
/// (RFC 5321 §2.3.8). Holds no octets: a line that is not whole stays in the input. A value; one owner.
/// </summary>
/// <param name="limit">Octets of a line at most, its CRLF included.</param>
internal struct LineReader(int limit)
{
    private readonly int _limit = limit;
    private bool _skipping;

    /// <summary>The input begins inside a line that is too long.</summary>
    public readonly bool IsInLongLine => _skipping;

    /// <summary>Takes the next line. The line is a slice of the input.</summary>
    public LineResult Read(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line)
    {
        line = default;
        if (_skipping && !Skip(ref input))
            return LineResult.Incomplete;
        int length = LengthWithoutEnd(input);
        if (length < 0 ? input.Length <= _limit : length + 2 <= _limit)
            return length < 0 ? LineResult.Incomplete : Cut(ref input, length, out line);
        _skipping = true;
        Skip(ref input);
        return LineResult.TooLong;
    }

    private static LineResult Cut(scoped ref ReadOnlySpan<byte> input, int length, out ReadOnlySpan<byte> line)
    {
        line = input[..length];
        input = input[(length + 2)..];
        return LineResult.Line;
    }

    /// <summary>
    /// Throws away the rest of a long line; false if its end is not there yet. A last CR is kept, its LF may follow.
    /// </summary>
    private bool Skip(scoped ref ReadOnlySpan<byte> input)
    {
        int length = LengthWithoutEnd(input);
        if (length < 0)
        {
            input = input.IsEmpty || input[^1] != '\r' ? default : input[^1..];
            return false;
        }
        input = input[(length + 2)..];
        _skipping = false;
        return true;
    }

    private static int LengthWithoutEnd(ReadOnlySpan<byte> input)
    {
        int from = 0;
        while (true)
        {
            int at = input[from..].IndexOf((byte)'\n');
            if (at < 0)
                return -1;
            at += from;
            if (at > 0 && input[at - 1] == '\r')
                return at - 1;
            from = at + 1;
        }
    }
}
