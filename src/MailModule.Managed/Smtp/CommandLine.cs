using System.Buffers.Binary;
using System.Text;

namespace MailModule.Smtp;

/// <summary>
/// A command line taken apart: verb and argument (RFC 5321 §4.1.1). A view of the line; nothing is copied.
/// </summary>
internal readonly ref struct CommandLine
{
    private CommandLine(SmtpVerb verb, ReadOnlySpan<byte> argument)
    {
        Verb = verb;
        Argument = argument;
    }

    public SmtpVerb Verb { get; }

    /// <summary>What follows the verb, without the blanks around it.</summary>
    public ReadOnlySpan<byte> Argument { get; }

    /// <param name="line">A line without its CRLF.</param>
    public static CommandLine Parse(ReadOnlySpan<byte> line)
    {
        int end = line.IndexOf((byte)' ');
        ReadOnlySpan<byte> word = end < 0 ? line : line[..end];
        // RFC 5321 §4.1.1: white space before the line end should be tolerated
        ReadOnlySpan<byte> argument = end < 0 ? default : line[end..].Trim(" \t"u8);
        return new CommandLine(VerbOf(word), argument);
    }

    private static SmtpVerb VerbOf(ReadOnlySpan<byte> word)
    {
        if (word.Length != 4)
            return Ascii.EqualsIgnoreCase(word, "STARTTLS"u8) ? SmtpVerb.StartTls : SmtpVerb.Unknown;
        // RFC 5321 §2.4: verbs are not case sensitive; letters differ from capitals by one bit
        return (BinaryPrimitives.ReadUInt32BigEndian(word) & 0xdfdfdfdf) switch
        {
            0x45484c4f => SmtpVerb.Ehlo,
            0x48454c4f => SmtpVerb.Helo,
            0x4d41494c => SmtpVerb.Mail,
            0x52435054 => SmtpVerb.Rcpt,
            0x44415441 => SmtpVerb.Data,
            0x52534554 => SmtpVerb.Rset,
            0x4e4f4f50 => SmtpVerb.Noop,
            0x56524659 => SmtpVerb.Vrfy,
            0x4558504e => SmtpVerb.Expn,
            0x48454c50 => SmtpVerb.Help,
            0x51554954 => SmtpVerb.Quit,
            0x41555448 => SmtpVerb.Auth,
            _ => SmtpVerb.Unknown,
        };
    }
}
