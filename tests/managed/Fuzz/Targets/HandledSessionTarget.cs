using System.Text;
using MailModule.Engine.Serving.Handlers;
using MailModule.Smtp.Server;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// A session that its host steps, with tables of handlers, from each state that a session can be in. The octets of the
/// head choose the server's options, the opening, what the spool is like, which steps the tables have, and how the
/// handlers answer; the others are the client's. What <see cref="HandledTable"/>, <see cref="HandledSpool"/> and
/// <see cref="HandledSession.End"/> say holds, and what <see cref="SmtpSessionTarget"/> says of replies and cuts.
/// </summary>
internal static class HandledSessionTarget
{
    public const int HeadLength = 4 + ScriptLength;
    private const int ScriptLength = 8;
    private const int MostTables = 3;

    private const HandlerSteps Content = HandlerSteps.Chunk | HandlerSteps.Message;

    private static readonly HandlerSteps[] s_tables =
    [
        HandlerSteps.All,
        HandlerSteps.All & ~Content,
        HandlerSteps.Chunk,
        HandlerSteps.Message,
        HandlerSteps.Rcpt | HandlerSteps.Domain | HandlerSteps.Lookup | HandlerSteps.Data,
        HandlerSteps.Mail | HandlerSteps.Domain | HandlerSteps.Message,
        HandlerSteps.Auth | HandlerSteps.Secret | HandlerSteps.Error,
        HandlerSteps.All & ~(HandlerSteps.Close | HandlerSteps.Error | HandlerSteps.Timeout | HandlerSteps.Auth),
    ];

    /// <summary>The states, and those in which content is longer than a piece, and than what is in memory.</summary>
    public static readonly IReadOnlyList<SmtpOpening> Openings =
    [
        .. SmtpOpenings.All,
        SmtpOpenings.InLongContent("data-piece", 65_530),
        SmtpOpenings.InLongContent("data-file", 131_060),
    ];

    public static void Check(byte[] input)
    {
        if (input.Length < HeadLength)
            return;
        SmtpOpening opening = Openings[input[1] % Openings.Count];
        SmtpServerOptions options = SmtpOpenings.Options(input[0], opening);
        (string Heard, string Done) whole = Run(input, opening, options, Pieces.Whole);
        if (options.OfferStartTls && !opening.IsTls)
            Run(input, opening, options, Pieces.Single);
        else
            foreach (Pieces cut in PiecesExtensions.Cut)
                Assert.Equal(whole, Run(input, opening, options, cut));
        Run(input, opening, options, Pieces.Uneven, isLost: true);
    }

    /// <summary>The octet of the head: how many tables there are, and from where in the list.</summary>
    private static HandlerSteps[] Tables(byte choice, SmtpOpening opening)
    {
        HandlerSteps[] tables = [.. Enumerable.Range(choice >> 2, 1 + choice % MostTables)
            .Select(at => s_tables[at % s_tables.Length])];
        // what the opening needs a handler for
        if (opening.IsBarred)
            tables[0] |= HandlerSteps.Connect;
        if (opening.IsOwed)
            tables[0] = HandlerSteps.All;
        return tables;
    }

    /// <param name="isLost">The client is gone behind its last octet, whatever is owed then.</param>
    private static (string Heard, string Done) Run(
        byte[] input, SmtpOpening opening, SmtpServerOptions options, Pieces pieces, bool isLost = false)
    {
        var script = new HandledScript(input[(HeadLength - ScriptLength)..HeadLength]);
        var host = new HandledHost(script, opening.IsBarred) { OwesAll = opening.IsOwed };
        var session = new HandledSession(host, Tables(input[3], opening), options, isSlow: (input[2] & 1) != 0);
        (string sent, string first) = opening.Run(options, session.Send, session.Arrive);
        Assert.Equal(opening is { IsOwed: true, Awaited: not Awaited.Content }, session.IsWaiting);
        (script.IsOn, host.OwesAll) = (true, false);
        if ((input[2] & 2) != 0)
            session.FailDisk();
        var heard = new StringBuilder();
        for (int at = HeadLength, end; at < input.Length && !session.IsClosed; at = end)
        {
            end = pieces.EndOf(input, at);
            heard.Append(session.Arrive(Encoding.Latin1.GetString(input, at, end - at)));
        }
        if (!isLost && !session.IsClosed)
            heard.Append(session.Send(""));
        Assert.True(isLost || !host.IsClosing || session.IsClosed, "it goes on although the host has closed");
        string said = Encoding.Latin1.GetString(input, HeadLength, input.Length - HeadLength);
        CheckWords(opening, options, host, session.Session, (sent + said, first + heard));
        session.End();
        if (!isLost && script.IsSilent)
            opening.CheckFirst(said, heard.ToString());
        return (SmtpWords.WithoutChance(heard.ToString()), string.Join('\n', host.Events));
    }

    private static void CheckWords(
        SmtpOpening opening, SmtpServerOptions options, HandledHost host, SmtpSession session,
        (string Asked, string Heard) words)
    {
        SmtpWords.CheckReplies(words.Heard, words.Asked, options.IsLmtp);
        Assert.DoesNotContain(HandledHost.Secret, words.Heard, StringComparison.Ordinal);
        if (session.AuthenticatedUser is null || host.HasAccepted(HandlerSteps.Auth))
            return;
        // XCLIENT tells no mechanism
        bool isVouchedFor = options.Xclient is not null && session.AuthenticationMechanism is null;
        bool knows = opening.Answer is not null || words.Asked.Contains("c2VjcmV0", StringComparison.Ordinal);
        Assert.True(isVouchedFor || knows, "logged in without a right password");
    }
}
