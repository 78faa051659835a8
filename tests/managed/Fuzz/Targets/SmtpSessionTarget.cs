using System.Text;
using MailModule.Mail.Logins.Server;
using MailModule.Smtp.Server;
using MailModule.Tests.Smtp.Server;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// A whole SMTP session over memory; the first octet of the input chooses the server's options. Every reply is well
/// formed, none is said that nobody asked for, and where no TLS is spoken of any cut of the input gives the same.
/// </summary>
internal static class SmtpSessionTarget
{
    public static void Check(byte[] input)
    {
        if (input.Length == 0)
            return;
        (string Said, string Done) whole = Run(input, Pieces.Whole);
        CheckReplies(whole.Said, input);
        // What is pipelined behind STARTTLS is dropped, so there the cut counts.
        if (OptionsOf(input[0]).OfferStartTls)
            CheckReplies(Run(input, Pieces.Single).Said, input);
        else
            foreach (Pieces cut in PiecesExtensions.Cut)
                Assert.Equal(whole, Run(input, cut));
    }

    private static SmtpServerOptions OptionsOf(byte choice) => new()
    {
        HostName = "mail.example",
        RequireAuth = (choice & 1) != 0,
        OfferAuth = (choice & 3) != 0,
        PlainAuthWithoutTls = (choice & 3) != 0,
        // what makes up a challenge says something else each time
        Mechanisms = MechanismSet.ClearText,
        NormalizeBareNewlines = (choice & 4) != 0,
        OfferStartTls = (choice & 8) != 0,
        SizeLimit = 4000,
        Limits = new SmtpServerLimits { Recipients = 4, Hops = 3 },
        Verbs = (choice & 64) != 0 ? StateTable.Lmtp : StateTable.Standard,
        Times = new DeliveryTimeOffers(
            (choice & 32) != 0, new FutureReleaseLimit(TimeSpan.FromHours(1), static () => DateTimeOffset.UnixEpoch)),
    };

    private static (string Said, string Done) Run(byte[] input, Pieces pieces)
    {
        var backend = new FakeBackend { Answers = (Answers)((input[0] >> 4) % 3), IsSlow = (input[0] & 128) != 0 };
        var session = new SmtpHarness(OptionsOf(input[0]), backend);
        var said = new StringBuilder();
        for (int at = 1, end; at < input.Length && !session.IsClosed; at = end)
        {
            end = pieces.EndOf(input, at);
            said.Append(session.Send(Encoding.Latin1.GetString(input, at, end - at)));
            Assert.True(session.IsClosed || session.Kept <= StateTable.AuthLineLimit, "more is kept than a line");
        }
        bool isKnown = session.Session.AuthenticatedUser is null || backend.Calls.Contains("login user right");
        Assert.True(isKnown, "logged in without a right password");
        if (!session.IsClosed)
            session.Close();
        Assert.Equal(1, backend.Closings);
        return (said.ToString(), string.Join('\n', backend.Calls));
    }

    private static void CheckReplies(string said, byte[] input)
    {
        if (said.Length == 0)
            return;
        Assert.EndsWith("\r\n", said, StringComparison.Ordinal);
        int replies = 0;
        string? code = null;
        foreach (string line in said[..^2].Split("\r\n"))
        {
            bool isFormed = line.Length >= 4 && line[0] is >= '2' and <= '5'
                && line.AsSpan(1, 2).IndexOfAnyExceptInRange('0', '9') < 0
                && line[3] is ' ' or '-' && !line.Any(char.IsControl);
            Assert.True(isFormed && (code ?? line[..3]) == line[..3], $"not a reply: {line}");
            code = line[3] == '-' ? line[..3] : null;
            replies += code is null ? 1 : 0;
        }
        Assert.Null(code);
        // The greeting, one for each line, and one for a line that is too long and has no end yet; with LMTP one more
        // for each recipient that was taken.
        int most = 2 + input.Count(octet => octet == '\n') * (OptionsOf(input[0]).IsLmtp ? 2 : 1);
        Assert.InRange(replies, 1, most);
    }
}
