using System.Security.Cryptography;

namespace MailModule.Pop3.Server;

/// <summary>What an argument must look like.</summary>
internal enum Pop3ArgumentRule
{
    None,
    Text,
    OptionalText,
    OptionalNumber,
    Number,
    TwoNumbers,
    NameAndDigest,
}

/// <summary>What follows a verb, read by its rule. Views the line, owns nothing.</summary>
internal readonly ref struct Pop3Argument
{
    private Pop3Argument(ReadOnlySpan<byte> text, int first, int second)
    {
        Text = text;
        First = first;
        Second = second;
    }

    /// <summary>All of it, octet by octet; of a name and a digest the name.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The first number, 0 if there is none. A 0 that was given is no message: -1.</summary>
    public int First { get; }

    public int Second { get; }

    /// <summary>An MD5 in hexadecimal, behind the name.</summary>
    public ReadOnlySpan<byte> Digest { get; private init; }

    /// <summary>False if the rule is broken.</summary>
    public static bool TryRead(Pop3ArgumentRule rule, Pop3Command command, out Pop3Argument argument)
    {
        argument = new Pop3Argument(command.Argument, 0, 0);
        return rule switch
        {
            Pop3ArgumentRule.None => !command.HasArgument,
            Pop3ArgumentRule.Text => command.HasArgument,
            Pop3ArgumentRule.OptionalText => true,
            Pop3ArgumentRule.NameAndDigest => TryReadDigest(command.Argument, out argument),
            _ => TryReadNumbers(rule, command, out argument),
        };
    }

    /// <summary>A name as USER takes it: no control characters.</summary>
    public static bool IsName(ReadOnlySpan<byte> name)
        => !name.ContainsAnyInRange((byte)0, (byte)0x1F) && !name.Contains((byte)0x7F);

    private static bool TryReadNumbers(Pop3ArgumentRule rule, Pop3Command command, out Pop3Argument argument)
    {
        int count = command.Numbers(out int first, out int second);
        argument = new Pop3Argument(command.Argument, count > 0 && first == 0 ? -1 : first, second);
        return rule switch
        {
            Pop3ArgumentRule.OptionalNumber => count is 0 or 1,
            Pop3ArgumentRule.Number => count == 1,
            _ => count == 2,
        };
    }

    // RFC 1939 §7: name, blank, 16 octets in hexadecimal; the name may have blanks itself
    private static bool TryReadDigest(ReadOnlySpan<byte> text, out Pop3Argument argument)
    {
        text = text.Trim((byte)' ');
        int end = Math.Max(text.LastIndexOf((byte)' '), 0);
        ReadOnlySpan<byte> name = text[..end].TrimEnd((byte)' ');
        ReadOnlySpan<byte> digest = text[end..].TrimStart((byte)' ');
        argument = new Pop3Argument(name, 0, 0) { Digest = digest };
        return !name.IsEmpty && IsName(name) && digest.Length == 2 * MD5.HashSizeInBytes && IsHexadecimal(digest);
    }

    private static bool IsHexadecimal(ReadOnlySpan<byte> digits)
    {
        foreach (byte digit in digits)
            if (!char.IsAsciiHexDigit((char)digit))
                return false;
        return true;
    }
}
