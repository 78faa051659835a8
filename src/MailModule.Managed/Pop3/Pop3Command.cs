namespace MailModule.Pop3;

/// <summary>
/// One command line: a verb without regard to case, and what follows it. Views the line, owns nothing.
/// </summary>
internal readonly ref struct Pop3Command
{
    // RFC 2449 §4: a command line is at most 255 octets with its CRLF.
    public const int LineLimit = 255;

    private Pop3Command(Pop3Verb verb, bool hasArgument, ReadOnlySpan<byte> argument)
    {
        Verb = verb;
        HasArgument = hasArgument;
        Argument = argument;
    }

    public Pop3Verb Verb { get; }

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
        return new Pop3Command(VerbOf(word), !argument.Trim((byte)' ').IsEmpty, argument);
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

    private static Pop3Verb VerbOf(ReadOnlySpan<byte> word)
    {
        if (word.Length is < 3 or > 4)
            return Pop3Verb.Unknown;
        // A word of three begins with the blank that no word can hold.
        uint key = word.Length == 3 ? (byte)' ' : 0u;
        foreach (byte octet in word)
            key = key << 8 | (byte)(octet is >= (byte)'a' and <= (byte)'z' ? octet - 32 : octet);
        return key switch
        {
            0x55534552 => Pop3Verb.User,
            0x50415353 => Pop3Verb.Pass,
            0x51554954 => Pop3Verb.Quit,
            0x53544154 => Pop3Verb.Stat,
            0x4C495354 => Pop3Verb.List,
            0x5549444C => Pop3Verb.Uidl,
            0x52455452 => Pop3Verb.Retr,
            0x20544F50 => Pop3Verb.Top,
            0x44454C45 => Pop3Verb.Dele,
            0x4E4F4F50 => Pop3Verb.Noop,
            0x52534554 => Pop3Verb.Rset,
            0x43415041 => Pop3Verb.Capa,
            0x53544C53 => Pop3Verb.Stls,
            _ => Pop3Verb.Unknown,
        };
    }
}
