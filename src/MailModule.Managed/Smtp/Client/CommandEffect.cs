using System.Globalization;

namespace MailModule.Smtp.Client;

/// <summary>
/// What a command that a host has written by itself does to the dialogue: which replies it has, and what they open.
/// Pure.
/// </summary>
/// <param name="Reply">What its reply answers.</param>
/// <param name="ChunkLength">Octets that have to follow the line: BDAT (RFC 3030 §2). Else 0.</param>
internal readonly record struct CommandEffect(ReplyTo Reply, long ChunkLength = 0)
{
    /// <param name="line">Without its line end.</param>
    /// <param name="effect">Of a verb that is not known here: one reply, and nothing else.</param>
    /// <returns>False: BDAT without a length that could be read, so that nobody knows what follows it.</returns>
    public static bool TryRead(string line, out CommandEffect effect)
    {
        string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        string verb = words.Length == 0 ? "" : words[0].ToUpperInvariant();
        if (verb == "BDAT")
            return TryReadChunk(words, out effect);
        effect = new CommandEffect(ReplyOf(verb));
        return true;
    }

    private static ReplyTo ReplyOf(string verb) => verb switch
    {
        "EHLO" => ReplyTo.Ehlo,
        "HELO" => ReplyTo.Helo,
        "LHLO" => ReplyTo.Lhlo,
        "STARTTLS" => ReplyTo.StartTls,
        "AUTH" => ReplyTo.Auth,
        "MAIL" => ReplyTo.Mail,
        "RCPT" => ReplyTo.Rcpt,
        "DATA" => ReplyTo.Data,
        "RSET" => ReplyTo.Rset,
        "QUIT" => ReplyTo.Quit,
        _ => ReplyTo.Other,
    };

    private static bool TryReadChunk(string[] words, out CommandEffect effect)
    {
        effect = default;
        if (words.Length < 2
            || !long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long length))
            return false;
        bool isLast = words.Length > 2 && words[2].Equals("LAST", StringComparison.OrdinalIgnoreCase);
        effect = new CommandEffect(isLast ? ReplyTo.LastChunk : ReplyTo.Chunk, length);
        return true;
    }
}
