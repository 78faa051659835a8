using System.Text;
using MailModule.Smtp.Server;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>What a server takes the client's next octets for.</summary>
internal enum Awaited
{
    Command,
    /// <summary>A line of an AUTH exchange.</summary>
    Login,
    /// <summary>What follows DATA.</summary>
    Content,
    /// <summary>What follows BDAT.</summary>
    Chunk,
}

/// <summary>
/// How a session comes to the state in which an input meets it. In <see cref="Said"/> {hello}, {login}, {mail} and
/// {rcpt} stand for the commands that lead there with the options that there are.
/// </summary>
/// <param name="Code">That of the last reply; empty: none comes.</param>
/// <param name="Said">What the client says, each when it has heard the replies to the one before.</param>
internal sealed record SmtpOpening(string Name, string Code, params string[] Said)
{
    /// <summary>Stands in content that no server may take.</summary>
    public const string Never = "\u0002never\u0003";

    private const string Login = "AUTH PLAIN AHVzZXIAc2VjcmV0\r\n";

    public Awaited Awaited { get; init; }

    /// <summary>The client's last words, from the server's.</summary>
    public Func<string, string>? Answer { get; init; }

    /// <summary>The answer to the last words is owed when the input comes.</summary>
    public bool IsOwed { get; init; }

    /// <summary>Content that came already, as it was sent.</summary>
    public string Content { get; init; } = "";

    /// <summary>Octets of the chunk that are still to come.</summary>
    public int Rest { get; init; }

    /// <summary>What ends the content, or the chunk, is a refusal.</summary>
    public bool IsRefused { get; init; }

    /// <summary>TLS runs.</summary>
    public bool IsTls { get; init; }

    /// <summary>A login before it does not count any more.</summary>
    public bool IsForgotten { get; init; }

    /// <summary>The host does not take the client.</summary>
    public bool IsBarred { get; init; }

    /// <summary>What it needs.</summary>
    public Func<SmtpServerOptions, SmtpServerOptions> Needs { get; init; } = static options => options;

    /// <param name="send">Gives octets to the session, and what it waits for; gives back what it says.</param>
    /// <param name="arrive">As <paramref name="send"/>; an answer that it waits for then is owed still.</param>
    /// <returns>What client and server have said.</returns>
    public (string Sent, string Heard) Run(
        SmtpServerOptions options, Func<string, string> send, Func<string, string> arrive)
    {
        string[] all = [.. Said.Select(words => WordsFor(words, options))];
        string last = all.Length == 0 && IsOwed ? arrive("") : send("");
        var (sent, heard) = (new StringBuilder(), new StringBuilder(last));
        for (int i = 0; i < all.Length; i++)
            Say(all[i], IsOwed && i == all.Length - 1 ? arrive : send);
        if (Answer is not null)
            Say(Answer(last), send);
        string code = last.Length == 0 ? "" : last[..^2].Split("\r\n")[^1][..3];
        Assert.True(code == Code, $"{Name}: {heard}");
        return (sent.ToString(), heard.ToString());

        void Say(string words, Func<string, string> how)
        {
            sent.Append(words);
            heard.Append(last = how(words));
        }
    }

    private static string WordsFor(string words, SmtpServerOptions options)
        => words.Replace("{rcpt}", "{mail}RCPT TO:<c@d>\r\n", StringComparison.Ordinal)
            .Replace("{mail}", "{hello}{login}MAIL FROM:<a@b>\r\n", StringComparison.Ordinal)
            .Replace("{login}", options.RequireAuth ? Login : "", StringComparison.Ordinal)
            .Replace("{hello}", options.IsLmtp ? "LHLO c\r\n" : "EHLO c\r\n", StringComparison.Ordinal);

    /// <summary>What the first replies may be, where the state says it.</summary>
    /// <param name="input">What the client sends behind the opening.</param>
    /// <param name="heard">What the server says to it.</param>
    public void CheckFirst(string input, string heard)
    {
        bool? isOver = Awaited switch
        {
            Awaited.Content => $"\r\n{Content}{input}".Contains("\r\n.\r\n", StringComparison.Ordinal),
            Awaited.Chunk => input.Length >= Rest,
            _ => null,
        };
        if (isOver is { } over)
            Assert.True(over == heard.Length > 0, $"{Name}: content that is over has an answer, and no other");
        bool isPositive = heard.Length > 0 && heard[0] is '2' or '3';
        if (Awaited == Awaited.Login)
            Assert.True(!isPositive || heard.StartsWith("235", StringComparison.Ordinal)
                || heard.StartsWith("334", StringComparison.Ordinal), $"{Name}: a line of a login was a command");
        if (IsRefused)
            Assert.False(isPositive, $"{Name}: refused content was taken");
    }
}
