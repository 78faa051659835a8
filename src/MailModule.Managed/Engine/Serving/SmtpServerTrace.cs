using System.Globalization;

namespace MailModule.Engine.Serving;

/// <summary>The dialogue of SMTP, Submission and LMTP, as <see cref="ServerTrace"/> says.</summary>
internal sealed class SmtpServerTrace(Action<string> tell) : ServerTrace(tell)
{
    private static readonly HashSet<string> s_verbs =
    [
        "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "HELP", "VRFY", "EXPN",
        "STARTTLS", "AUTH", "XCLIENT", "SEND", "SOML", "SAML", "TURN", "ETRN",
    ];

    protected override string? Command(string line)
    {
        string verb = VerbOf(line, out string argument);
        if (!s_verbs.Contains(verb))
            return null;
        // Until there is an answer: the host may have said 354 itself, and RFC 3030 §2 has none before the chunk.
        if (verb is "DATA" or "BDAT")
            (Next, Announced) = (Said.Content, verb == "BDAT" ? SizeIn(argument) : 0);
        return Redaction.Command(line);
    }

    protected override string? Answer(string line)
    {
        int code = line.Length >= 3 && int.TryParse(
            line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
        IsAnsweredEarly = Next == Said.Content && Announced > 0;
        Next = code switch
        {
            334 => Said.Response, // RFC 4954 §4
            354 => Said.Content,
            _ => IsAnsweredEarly ? Said.Content : Said.Command,
        };
        return line.Length <= 4 ? line : line[..4] + Redaction.ReplyText(code, line[4..]);
    }

    private static long SizeIn(string argument)
        => long.TryParse(argument.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long size)
            ? size
            : 0;
}
