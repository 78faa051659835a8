using System.Text;
using MailModule.Pop3.Server;
using MailModule.Tests.Pop3.Server;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// A whole POP3 session over memory; the first octet of the input chooses how it begins. Answers are well formed, none
/// is said that nobody asked for, and where no TLS is spoken of any cut of the input gives the same.
/// </summary>
internal static class Pop3SessionTarget
{
    private const string LoggedIn = "USER u\r\nPASS p w\r\n";

    // No line of them looks like the begin of an answer.
    private static readonly string[] s_texts =
        ["Subject: a\n\nb\n.c\n..\n", "x", new string('y', 3000) + "\r\n.\r\r\n\n"];

    public static void Check(byte[] input)
    {
        if (input.Length == 0)
            return;
        (string Said, string Done) whole = Run(input, Pieces.Whole);
        CheckAnswers(whole.Said, input);
        if ((input[0] & 2) != 0)
            CheckAnswers(Run(input, Pieces.Single).Said, input);
        else
            foreach (Pieces cut in PiecesExtensions.Cut)
                Assert.Equal(whole, Run(input, cut));
    }

    private static (string Said, string Done) Run(byte[] input, Pieces pieces)
    {
        bool isPending = (input[0] & 1) != 0;
        var options = new Pop3ServerOptions
        {
            HostName = "mail.example",
            OfferStls = (input[0] & 2) != 0,
            PlainAuthWithoutTls = (input[0] & 4) == 0,
            // mechanisms whose challenges are chance are left out: any cut has to give the same
            NewStamp = static () => "<1@mail.example>",
        };
        var session = new Pop3Harness(options, s_texts) { AnswersPending = isPending, ReadLimit = 700 };
        var said = new StringBuilder();
        if ((input[0] & 8) != 0)
            said.Append(session.Send(LoggedIn));
        for (int at = 1, end; at < input.Length && !session.IsClosed; at = end)
        {
            end = pieces.EndOf(input, at);
            said.Append(session.Send(input[at..end]));
        }
        bool isKnown = session.Session.Messages is null || session.Calls.Contains("login u");
        Assert.True(isKnown, "messages without a login");
        if (!session.IsClosed)
            session.Lose();
        Assert.False(session.HasMaildrop || session.HasMessage, "a maildrop or a message stayed open");
        return (said.ToString(), string.Join('\n', session.Calls));
    }

    private static void CheckAnswers(string said, byte[] input)
    {
        if (said.Length == 0)
            return;
        Assert.EndsWith("\r\n", said, StringComparison.Ordinal);
        int answers = 0;
        foreach (string line in said[..^2].Split("\r\n"))
        {
            Assert.False(line.Any(char.IsControl), $"a control character: {line}");
            bool isAnswer = line.StartsWith("+OK", StringComparison.Ordinal)
                || line.StartsWith("-ERR", StringComparison.Ordinal) || line.StartsWith("+ ", StringComparison.Ordinal);
            answers += isAnswer ? 1 : 0;
        }
        Assert.InRange(answers, 1, 4 + input.Count(octet => octet == '\n'));
    }
}
