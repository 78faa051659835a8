namespace MailModule.Smtp;

/// <summary>One line of a reply, as it is meant (RFC 5321 §4.2).</summary>
internal readonly ref struct ReplyLine
{
    private ReplyLine(int code, bool isLast, ReadOnlySpan<byte> text)
    {
        Code = code;
        IsLast = isLast;
        Text = text;
    }

    /// <summary>200 to 599; 0: the line has none.</summary>
    public int Code { get; }

    /// <summary>No further line of the reply follows.</summary>
    public bool IsLast { get; }

    public ReadOnlySpan<byte> Text { get; }

    /// <summary>
    /// Of servers that are not strict: blanks before the code, and anything but a blank or a hyphen behind it, change
    /// nothing about what it says. A fourth digit does: then there is no telling which code was meant.
    /// </summary>
    /// <param name="line">Without its line end.</param>
    public static ReplyLine Parse(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line.TrimStart(" \t\0"u8);
        if (!TryReadCode(rest, out int code))
            return new ReplyLine(0, false, line);
        rest = rest[3..];
        if (rest.IsEmpty)
            return new ReplyLine(code, true, rest);
        return rest[0] switch
        {
            (byte)'-' => new ReplyLine(code, false, rest[1..]),
            (byte)' ' or (byte)'\t' => new ReplyLine(code, true, rest[1..]),
            _ => new ReplyLine(code, true, rest),
        };
    }

    private static bool TryReadCode(ReadOnlySpan<byte> line, out int code)
    {
        code = 0;
        if (line.Length < 3 || line[0] is < (byte)'2' or > (byte)'5' || !IsDigit(line[1]) || !IsDigit(line[2])
            || (line.Length > 3 && IsDigit(line[3])))
            return false;
        code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
        return true;
    }

    private static bool IsDigit(byte octet) => char.IsAsciiDigit((char)octet);
}
