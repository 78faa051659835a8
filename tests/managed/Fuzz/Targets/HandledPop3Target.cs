using System.Text;
using MailModule.Engine.Serving.Handlers;
using MailModule.Pop3.Server;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// A POP3 session that is stepped, with tables of handlers. The octets of the head choose the server's options, how the
/// session begins, which steps the tables have, and how the handlers answer; the others are the client's. What
/// <see cref="HandledPop3Table"/>, <see cref="HandledPop3Host"/> and <see cref="HandledPop3Session.End"/> say holds;
/// messages that the host gives whole go out whole, and one that it breaks off is not taken for whole; any cut of the
/// client's octets comes to the same.
/// </summary>
internal static class HandledPop3Target
{
    public const int HeadLength = 3 + ScriptLength;

    /// <summary>How a session can begin: before its login, in the module's mailbox, in the host's.</summary>
    public const int Openings = 3;

    private const int ScriptLength = 8;
    private const int MostTables = 3;
    private const string LogIn = "USER user\r\nPASS secret\r\n";

    // MD5 of "<1@mail.example>secret"
    private const string ApopDigest = "7d83b421d6aa573c69142ffed8515384";

    private const Pop3Steps Message = Pop3Steps.Retrieve | Pop3Steps.Read;

    private static readonly Pop3Steps[] s_tables =
    [
        Pop3Steps.All,
        Pop3Steps.All & ~(Message | Pop3Steps.Open), // who has the mailbox has its messages
        Pop3Steps.Open | Message | Pop3Steps.Remove | Pop3Steps.Close,
        Pop3Steps.Open | Pop3Steps.Retrieve | Pop3Steps.Update,
        Pop3Steps.Auth | Pop3Steps.Secret | Pop3Steps.Error,
        Pop3Steps.Capabilities | Pop3Steps.Noop | Pop3Steps.Unknown | Pop3Steps.Reset | Pop3Steps.Delete,
        Message,
        Pop3Steps.Remove | Pop3Steps.Update,
    ];

    public static void Check(byte[] input)
    {
        if (input.Length < HeadLength)
            return;
        var options = new Pop3ServerOptions
        {
            HostName = "mail.example",
            OfferStls = (input[0] & 1) != 0,
            PlainAuthWithoutTls = (input[0] & 2) == 0,
            NewStamp = (input[0] & 4) != 0 ? null : static () => "<1@mail.example>",
        };
        (string Heard, string Done) whole = Run(input, options, Pieces.Whole);
        if (options.OfferStls)
            Run(input, options, Pieces.Single);
        else
            foreach (Pieces cut in PiecesExtensions.Cut)
                Assert.Equal(whole, Run(input, options, cut));
        Run(input, options, Pieces.Uneven, isLost: true);
    }

    /// <summary>The octet of the head: how many tables there are, and from where in the list.</summary>
    private static Pop3Steps[] Tables(byte choice)
        => [.. Enumerable.Range(choice >> 2, 1 + choice % MostTables).Select(at => s_tables[at % s_tables.Length])];

    /// <param name="isLost">The client is gone behind its last octet, whatever is owed then.</param>
    private static (string Heard, string Done) Run(
        byte[] input, Pop3ServerOptions options, Pieces pieces, bool isLost = false)
    {
        var script = new HandledScript(input[(HeadLength - ScriptLength)..HeadLength]) { IsOn = true };
        var host = new HandledPop3Host(script);
        int opening = input[1] % Openings;
        Pop3Steps[] tables = Tables(input[2]);
        if (opening == 2)
            tables[0] |= Pop3Steps.Open | Pop3Steps.Retrieve;
        host.Opening = opening switch { 1 => HandlerVerdict.Continue, 2 => HandlerVerdict.Accept, _ => null };
        var session = new HandledPop3Session(host, tables, options);
        var heard = new StringBuilder(session.Send(opening == 0 || !options.PlainAuthWithoutTls ? "" : LogIn));
        host.Opening = null;
        for (int at = HeadLength, end; at < input.Length && !session.IsClosed; at = end)
        {
            end = pieces.EndOf(input, at);
            heard.Append(session.Arrive(Encoding.Latin1.GetString(input, at, end - at)));
        }
        if (!isLost && !session.IsClosed)
            heard.Append(session.Send(""));
        bool isLoggedIn = session.Session.State == Pop3State.Transaction;
        string said = Encoding.Latin1.GetString(input, HeadLength, input.Length - HeadLength);
        Assert.True(!isLoggedIn || opening > 0 || host.HasAcceptedLogin || Knows(said), "logged in without a password");
        if (!isLost)
            CheckHeard(heard.ToString(), said, host, session.IsClosed);
        session.End();
        return (WithoutChance(heard.ToString()), string.Join('\n', host.Events));
    }

    private static bool Knows(string said)
        => said.Contains("secret", StringComparison.Ordinal) || said.Contains("c2VjcmV0", StringComparison.Ordinal)
            || said.Contains(ApopDigest, StringComparison.OrdinalIgnoreCase);

    private static void CheckHeard(string heard, string said, HandledPop3Host host, bool isClosed)
    {
        Assert.DoesNotContain(HandledHost.Secret, heard, StringComparison.Ordinal);
        Assert.True(heard.Length == 0 || heard.EndsWith("\r\n", StringComparison.Ordinal) || host.HasBroken);
        int at = 0;
        foreach (string message in host.Given)
        {
            at = heard.IndexOf(message, at, StringComparison.Ordinal);
            Assert.True(at >= 0, $"a message of {message.Length} did not go out whole");
            at += message.Length - "\r\n".Length;
        }
        if (host.HasBroken)
            Assert.False(!isClosed || heard.EndsWith("\r\n.\r\n", StringComparison.Ordinal), "taken for a whole one");
        int answers = heard.Split("\r\n").Count(line => line.StartsWith("+OK", StringComparison.Ordinal)
            || line.StartsWith("-ERR", StringComparison.Ordinal) || line.StartsWith("+ ", StringComparison.Ordinal));
        Assert.InRange(answers, 0, 4 + said.Count(octet => octet == '\n'));
    }

    /// <summary>Takes out challenges, which have chance in them.</summary>
    private static string WithoutChance(string heard)
        => string.Join("\r\n", heard.Split("\r\n")
            .Select(line => line.StartsWith("+ ", StringComparison.Ordinal) ? "+ *" : line));
}
