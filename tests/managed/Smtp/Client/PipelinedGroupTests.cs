using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;
using static MailModule.Tests.Smtp.Client.ClientDialogue;

namespace MailModule.Tests.Smtp.Client;

/// <summary>A group of commands in one write (RFC 2920): what each reply, and a loss anywhere, means.</summary>
public class PipelinedGroupTests
{
    private const int RecipientCount = 3;
    private static readonly int[] s_codes = [250, 450, 550];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_combination_of_replies_with_a_loss_behind_each_of_them_is_told_as_it_is(bool isChunked)
    {
        int[] ends = isChunked ? [250, 452, 554] : [354, 451, 554];
        foreach (int mail in s_codes)
            foreach (int[] recipients in Combinations())
                foreach (int end in ends)
                    for (int heard = 0; heard <= RecipientCount + 3; heard++)
                        foreach (int verdict in isChunked || end != 354 ? [0] : s_codes)
                            Check(isChunked, [mail, .. recipients, end], verdict, heard);
    }

    private static void Check(bool isChunked, int[] codes, int verdict, int heard)
    {
        SmtpClientTransaction message = Message(new TextOf("x\r\n"), "a@b.example", "b@b.example", "c@b.example");
        var server = new ClientDialogue(
            chunking: isChunked ? ChunkingUse.EveryMessage : ChunkingUse.None, work: message);
        server.Say("220 hello\n");
        server.Say("250-server.example\n250-CHUNKING\n250 PIPELINING\n");
        string said = "";
        foreach (int code in codes.Take(heard))
            said = server.Say($"{code} so\n");
        bool isTaken = codes[0] == 250 && codes.Skip(1).Take(RecipientCount).Contains(250);
        bool isDotOut = !isChunked && heard >= codes.Length && codes[^1] == 354;
        if (isDotOut)
            Assert.Equal(isTaken ? "x\n.\n" : ".\n", said); // RFC 2920 §3.1: nobody is to have the text
        bool isVerdictHeard = isDotOut && heard > codes.Length;
        if (isVerdictHeard)
            Assert.Equal("QUIT\n", server.Say($"{verdict} so\n"));
        server.Lose();
        Assert.Equal(1, server.CompletedCount);
        string where = $"{string.Join(' ', codes)} {verdict}, {heard} heard, chunked: {isChunked}";
        for (int i = 0; i < RecipientCount; i++)
        {
            AttemptResult result = message.Results[i]!;
            (Fault fault, bool isUnknown) = Expected(i);
            Assert.True((fault, isUnknown) == (result.Fault, result.IsUnknown), $"recipient {i} of {where}: {result}");
        }

        (Fault, bool) Expected(int recipient)
        {
            if (heard > 0 && codes[0] != 250)
                return (FaultOf(codes[0]), false);
            if (heard > 1 + recipient && codes[1 + recipient] != 250)
                return (FaultOf(codes[1 + recipient]), false);
            if (isChunked)
                return heard >= codes.Length ? (FaultOf(codes[^1]), false) : (Fault.Closed, true);
            if (isVerdictHeard)
                return (FaultOf(verdict), false);
            return heard < codes.Length ? (Fault.Closed, false)
                : isDotOut ? (Fault.Closed, true) : (FaultOf(codes[^1]), false);
        }
    }

    [Theory]
    [InlineData(1, "PIPELINING", "CHUNKING")]
    [InlineData(2, "PIPELINING")]
    [InlineData(13, "CHUNKING")]
    public void A_message_with_ten_recipients_takes_as_many_round_trips_as_rfc_2920_allows(
        int roundTrips, params string[] extensions)
    {
        var server = new MemoryServer(extensions);
        var text = new TextOf("Subject: x\r\n\r\ntext\r\n");
        SmtpClientTransaction message = Message(text, [.. Enumerable.Range(0, 10).Select(i => $"u{i}@b.example")]);
        var client = new ClientDialogue(chunking: ChunkingUse.EveryMessage, work: message);
        string answer = server.Answer(client.Say("220 hello\n"));
        while (client.CompletedCount == 0)
        {
            string said = client.Say(answer);
            if (client.CompletedCount == 0)
                answer = server.Answer(said);
        }
        Assert.All(message.Results, result => Assert.Equal(AttemptResultKind.Delivered, result!.Kind));
        Assert.Equal("Subject: x\n\ntext\n", Assert.Single(server.Texts));
        Assert.Equal(roundTrips * MemoryServer.RoundTrip, server.Now - server.FirstMailAt);
    }

    [Theory]
    [InlineData(5, "PIPELINING", "CHUNKING")]
    [InlineData(6, "PIPELINING")]
    public void Of_several_messages_each_takes_one_round_trip_and_the_first_one_more_by_data(
        int roundTrips, params string[] extensions)
    {
        var server = new MemoryServer(extensions);
        SmtpClientTransaction[] work =
            [.. Enumerable.Range(0, 5).Select(i => Message(new TextOf($"{i}\r\n"), "a@b.example", "b@b.example"))];
        var client = new ClientDialogue(early: true, chunking: ChunkingUse.EveryMessage, work: work);
        string answer = server.Answer(client.Say("220 hello\n"));
        while (true)
        {
            string said = client.Say(answer);
            if (client.CompletedCount == work.Length)
                break;
            answer = server.Answer(said);
        }
        Assert.Equal(["0\n", "1\n", "2\n", "3\n", "4\n"], server.Texts);
        Assert.Equal(roundTrips * MemoryServer.RoundTrip, server.Now - server.FirstMailAt);
    }

    private static IEnumerable<int[]> Combinations()
        => from a in s_codes from b in s_codes from c in s_codes select (int[])[a, b, c];

    private static Fault FaultOf(int code) => (code / 100) switch
    {
        2 => Fault.None,
        4 => Fault.RefusedTemporary,
        _ => Fault.RefusedPermanent,
    };
}
