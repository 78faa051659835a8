namespace MailModule.Pop3;

/// <summary>
/// One command line: a verb without regard to case, and what follows it. Views the line, owns nothing.
/// </summary>
internal readonly ref struct Pop3Command
{
    // RFC 2449 §4: a command line is at most 255 octets with its CRLF.
    public const int LineLimit = 255;

    /// <summary>Of AUTH, and of what a client answers to a challenge, which RFC 5034 §4 sets no limit to.</summary>
    public const int ExchangeLineLimit = 12288;

    private Pop3Command(ReadOnlySpan<byte> verb, bool hasArgument, ReadOnlySpan<byte> argument)
    {
        Verb = verb;
        HasArgument = hasArgument;
        Argument = argument;
    }

    /// <summary>The first word; case does not count (RFC 1939 §3).</summary>
    public ReadOnlySpan<byte> Verb { get; }

    /// <summary>Something stands behind the verb and a blank.</summary>
    public bool HasArgument { get; }

    /// <summary>
    /// All that follows the first blank behind the verb, octet by octet: a password may have blanks (RFC 1939 §7).
    /// </summary>
    public ReadOnlySpan<byte> Argument { get; }

    /// <param name="line">A line without its line end.</param>
    public static Pop3Command Parse(ReadOnlySpan<byte> line)
    {
        int blank = line.IndexOf((byte)' ');
        ReadOnlySpan<byte> word = blank < 0 ? line : line[..blank];
        ReadOnlySpan<byte> argument = blank < 0 ? default : line[(blank + 1)..];
        return new Pop3Command(word, !argument.Trim((byte)' ').IsEmpty, argument);
    }

    /// <summary>Reads one to two numbers separated by blanks, filling the argument whole. A number too large for any
    /// mailbox becomes <see cref="int.MaxValue"/>.</summary>
    /// <returns>How many there are; -1 if anything else is there.</returns>
    public int Numbers(out int first, out int second)
    {
        second = 0;
        ReadOnlySpan<byte> rest = Argument;
        if (!TryNumber(ref rest, out first))
            return rest.IsEmpty ? 0 : -1;
        if (TryNumber(ref rest, out second))
            return rest.Trim((byte)' ').IsEmpty ? 2 : -1;
        return rest.IsEmpty ? 1 : -1;
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> rest, out int number)
    {
        rest = rest.TrimStart((byte)' ');
        int digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        digits = digits < 0 ? rest.Length : digits;
        long value = 0;
        foreach (byte digit in rest[..digits])
            value = Math.Min(value * 10 + (digit - '0'), int.MaxValue);
        number = (int)value;
        bool ends = digits == rest.Length || rest[digits] == ' ';
        if (digits == 0 || !ends)
            return false;
        rest = rest[digits..];
        return true;
    }
}
