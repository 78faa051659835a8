using MailModule.Pop3.Server;
using MailModule.Smtp;

namespace MailModule.Engine.Serving;

/// <summary>
/// What a client hears when the host has refused: the host's own words, else what its number means.
/// </summary>
internal static class HostReplies
{
    /// <summary>RFC 5321 §3.8: with this reply a server closes the connection.</summary>
    public const int ClosingCode = 421;

    private const int OrdinaryCode = 550;

    /// <summary>A client whom the host refuses; the code is its answer where that is one, else 550.</summary>
    /// <param name="words">Null: the host has given none.</param>
    public static Reply ConnectionRefusal(int answer, HostRefusal? words) => CodeOf(answer) switch
    {
        ClosingCode => With(ClosingCode, "4.3.2", "Service not available now, closing connection", words),
        < 500 and var code => With(code, "4.7.1", "Connection refused for now, try again later", words),
        var code => With(code, "5.7.1", "Connection refused", words),
    };

    /// <summary>As <see cref="ConnectionRefusal"/>, for a message.</summary>
    public static Reply MessageRefusal(int answer, HostRefusal? words)
    {
        int code = CodeOf(answer);
        (string status, string text) = Meaning(code);
        return With(code, status, text, words);
    }

    /// <summary>A login that the host refuses: as one whose password is wrong, if the host says nothing else.</summary>
    public static Pop3Verdict LoginRefusal(HostRefusal? words)
        => Pop3Verdict.Refuse(words is null ? null : WithCode("[AUTH]", words.Text));

    /// <summary>A login that the host cannot decide on now, so that it says nothing about the password.</summary>
    public static Pop3Verdict LoginLater(HostRefusal? words)
        => Pop3Verdict.Refuse(WithCode("[SYS/TEMP]", words?.Text ?? "login is not possible now, try again later"));

    /// <summary>RETR and TOP that the host refuses.</summary>
    public static Pop3Verdict RetrievalRefusal(int answer, HostRefusal? words) => answer switch
    {
        ClosingCode => Closing(words),
        >= 400 and < 500 => Pop3Verdict.Refuse(
            WithCode("[SYS/TEMP]", words?.Text ?? "the message is not given out for now, try again later")),
        _ => Pop3Verdict.Refuse(WithCode("[SYS/PERM]", words?.Text ?? "the message is not given out")),
    };

    /// <summary>The host ends a POP3 connection.</summary>
    public static Pop3Verdict Closing(HostRefusal? words)
        => new(Pop3VerdictKind.Close, WithCode("[SYS/TEMP]", words?.Text ?? "service not available, closing"));

    // RFC 2449 §8: what begins with a bracket has a response code already
    private static string WithCode(string code, string text) => text.StartsWith('[') ? text : $"{code} {text}";

    private static int CodeOf(int answer) => answer is >= 400 and <= 599 ? answer : OrdinaryCode;

    // RFC 3463 §2: a status of another class than the code's would say the contrary
    private static Reply With(int code, string status, string text, HostRefusal? words)
        => new(code, words?.Status is { } given && given[0] - '0' == code / 100 ? given : status, words?.Text ?? text);

    // RFC 5321 §4.2.3 and RFC 4954 §6 say what the codes are for
    private static (string Status, string Text) Meaning(int code) => code switch
    {
        ClosingCode => ("4.3.2", "Service not available now, closing connection"),
        450 => ("4.2.0", "Message not taken: mailbox not available now, try again later"),
        451 => ("4.3.0", "Message not taken: error in processing, try again later"),
        452 => ("4.3.1", "Message not taken: no room for it now, try again later"),
        < 500 => ("4.7.1", "Message refused for now, try again later"),
        530 => ("5.7.0", "Message refused: authentication required"),
        551 => ("5.1.6", "Message refused: the recipient is not here"),
        552 => ("5.3.4", "Message refused: it is larger than may be stored"),
        553 => ("5.1.3", "Message refused: a mailbox name is not allowed"),
        _ => ("5.7.1", "Message refused"),
    };
}
