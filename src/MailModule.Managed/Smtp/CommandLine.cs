namespace MailModule.Smtp;

/// <summary>
/// A command line taken apart: verb and argument (RFC 5321 §4.1.1). A view of the line; nothing is copied.
/// </summary>
internal readonly ref struct CommandLine
{
    private CommandLine(ReadOnlySpan<byte> verb, ReadOnlySpan<byte> argument)
    {
        Verb = verb;
        Argument = argument;
    }

    /// <summary>The first word; case does not count (RFC 5321 §2.4).</summary>
    public ReadOnlySpan<byte> Verb { get; }

    /// <summary>What follows the verb, without the blanks around it.</summary>
    public ReadOnlySpan<byte> Argument { get; }

    /// <param name="line">A line without its CRLF.</param>
    public static CommandLine Parse(ReadOnlySpan<byte> line)
    {
        int end = line.IndexOf((byte)' ');
        // RFC 5321 §4.1.1: white space before the line end should be tolerated
        return end < 0
            ? new CommandLine(line, default)
            : new CommandLine(line[..end], line[end..].Trim(" \t"u8));
    }
}
