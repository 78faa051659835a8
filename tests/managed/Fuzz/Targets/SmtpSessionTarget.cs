using System.Text;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Tests.Smtp.Server;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// An SMTP session over memory, from each state that a session can be in. The octets of the head choose the server's
/// options, the opening, and when the backend answers; the others are the client's. Every reply is well formed, none is
/// said that nobody asked for, what was refused is not taken, and where no TLS is spoken of any cut of the input gives
/// the same, also where octets come while an answer is owed.
/// </summary>
internal static class SmtpSessionTarget
{
    private const int HeadLength = 3;

    public static void Check(byte[] input)
    {
        if (input.Length < HeadLength)
            return;
        SmtpOpening opening = SmtpOpenings.All[input[1] % SmtpOpenings.All.Count];
        SmtpServerOptions options = SmtpOpenings.Options(input[0], opening);
        (string Heard, string Done) whole = Run(input, opening, options, Pieces.Whole);
        // What is pipelined behind STARTTLS is dropped, so there the cut counts.
        if (options.OfferStartTls && !opening.IsTls)
            Run(input, opening, options, Pieces.Single);
        else
            foreach (Pieces cut in PiecesExtensions.Cut)
                Assert.Equal(whole, Run(input, opening, options, cut));
        if (IsLate(input[2], opening))
            Run(input, opening, options, Pieces.Uneven, isLost: true);
    }

    private static bool IsLate(byte choice, SmtpOpening opening)
        => opening.IsOwed || (Answers)((choice & 3) % 3) == Answers.Late;

    private static FakeBackend Backend(byte choice, SmtpOpening opening) => new()
    {
        Answers = IsLate(choice, opening) ? Answers.Late : (Answers)((choice & 3) % 3),
        IsSlow = (choice & 4) != 0 || (opening is { IsOwed: true, Awaited: Awaited.Content }),
        CommandVerdict = (choice & 8) != 0 ? VerdictOn : null,
        ConnectVerdict = opening.IsBarred
            ? Verdict.Refuse(new Reply(554, "", "Not you"))
            : Verdict.Accept,
        Secret = new ScramProof.Stored(),
    };

    private static Verdict VerdictOn(string command)
        => command.Contains("refused", StringComparison.Ordinal) ? Verdict.Refuse(new Reply(550, "5.7.1", "Not that"))
            : command.Contains("close", StringComparison.Ordinal) ? Verdict.Close(new Reply(421, "4.3.0", "Go away"))
            : command.Contains("reply", StringComparison.Ordinal)
                ? new Verdict(VerdictKind.Accept, new Reply(250, "2.0.0", "One", "Two"))
            : Verdict.Accept;

    /// <param name="isLost">The client is gone behind its last octet, whatever is owed then.</param>
    private static (string Heard, string Done) Run(
        byte[] input, SmtpOpening opening, SmtpServerOptions options, Pieces pieces, bool isLost = false)
    {
        FakeBackend backend = Backend(input[2], opening);
        var session = new SmtpHarness(options, backend);
        (string sent, string first) = opening.Run(options, session.Send, session.Arrive);
        Assert.Equal(opening.IsOwed, session.IsWaiting);
        Assert.True(!session.IsClosed && (!opening.IsForgotten || session.Session.AuthenticatedUser is null));
        int before = backend.Calls.Count;
        var heard = new StringBuilder();
        for (int at = HeadLength, end; at < input.Length && !session.IsClosed; at = end)
        {
            end = pieces.EndOf(input, at);
            string piece = Encoding.Latin1.GetString(input, at, end - at);
            heard.Append(backend.Answers == Answers.Late ? session.Arrive(piece) : session.Send(piece));
            Assert.True(session.IsClosed || session.IsWaiting || session.Kept <= StateTable.AuthLineLimit,
                "more is kept than a line");
        }
        if (!isLost && !session.IsClosed)
            heard.Append(session.Send(""));
        CheckLogin(session, opening, options, before);
        if (!session.IsClosed)
            session.Close();
        Assert.Equal(1, backend.Closings);
        Assert.DoesNotContain(
            backend.Messages, message => message.Contains(SmtpOpening.Never, StringComparison.Ordinal));
        string said = Encoding.Latin1.GetString(input, HeadLength, input.Length - HeadLength);
        SmtpWords.CheckReplies(first + heard, sent + said, options.IsLmtp);
        if (!isLost)
            opening.CheckFirst(said, heard.ToString());
        return (SmtpWords.WithoutChance(heard.ToString()), string.Join('\n', backend.Calls.Skip(before)));
    }

    private static void CheckLogin(
        SmtpHarness session, SmtpOpening opening, SmtpServerOptions options, int before)
    {
        if (session.Session.AuthenticatedUser is null)
            return;
        // XCLIENT tells no mechanism
        bool isVouchedFor = options.Xclient is not null && session.Session.AuthenticationMechanism is null;
        bool isRight = session.Backend.Calls.Skip(opening.IsForgotten ? before : 0).Contains("login user right");
        Assert.True(isVouchedFor || isRight, "logged in without a right password");
    }
}
