using System.Text;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Tests.Smtp.Client;

/// <summary>Nobody who reads a trace learns a password, a token or what one can be guessed from.</summary>
public class TraceRedactionTests
{
    private const string Plain = "AHVzZXIAc2VjcmV0"; // NUL user NUL secret

    [Theory]
    [InlineData("AUTH PLAIN " + Plain, "AUTH PLAIN ***")]
    [InlineData("auth plain " + Plain, "auth plain ***")]
    [InlineData("Auth Plain " + Plain, "Auth ***")]
    [InlineData("  AUTH\tPLAIN\t" + Plain + " ", "  AUTH\tPLAIN ***")]
    [InlineData("AUTH PLAIN " + Plain + " more of it", "AUTH PLAIN ***")]
    [InlineData("AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgdG9rZW4BAQ==", "AUTH XOAUTH2 ***")]
    [InlineData("AUTH SCRAM-SHA-256-PLUS biws", "AUTH SCRAM-SHA-256-PLUS ***")]
    [InlineData("AUTH " + Plain, "AUTH ***")]
    [InlineData("AUTH PLAIN=" + Plain, "AUTH ***")]
    [InlineData("AUTH " + "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AUTH ***")]
    [InlineData("AUTH PLAIN", "AUTH PLAIN")]
    [InlineData("AUTH", "AUTH")]
    [InlineData("", "")]
    [InlineData("MAIL FROM:<auth@example.org> AUTH=<>", "MAIL FROM:<auth@example.org> AUTH=<>")]
    [InlineData("AUTHOR PLAIN x", "AUTHOR PLAIN x")]
    public void What_follows_the_mechanism_is_not_shown(string line, string shown)
        => Assert.Equal(shown, new TraceRedaction().Command(line));

    [Fact]
    public void A_secret_that_begins_with_another_is_not_shown_in_an_answer()
    {
        TraceRedaction redaction = new();
        redaction.Command("AUTH PLAIN AHVzZXIA");
        redaction.Response("AHVzZXIAc2VjcmV0");
        Assert.Equal("bad ***, ***", redaction.ReplyText(535, "bad AHVzZXIAc2VjcmV0, AHVzZXIA"));
    }

    [Fact]
    public void No_beginning_of_it_shows_any_of_the_secret()
    {
        const string Command = "AUTH PLAIN ";
        for (int length = 1; length <= Plain.Length; length++)
            Assert.Equal("AUTH PLAIN ***", new TraceRedaction().Command(Command + Plain[..length]));
        for (int length = 0; length <= Command.Length; length++)
            Assert.Equal(Command[..length], new TraceRedaction().Command(Command[..length]));
    }

    [Fact]
    public void Garbage_is_shown_or_redacted_and_nothing_worse()
    {
        var random = new Random(1);
        for (int round = 0; round < 10_000; round++)
        {
            string garbage = string.Create(random.Next(40), random, static (text, random) =>
            {
                foreach (ref char c in text)
                    c = (char)random.Next(1, 0x180);
            });
            var redaction = new TraceRedaction();
            Assert.Equal("AUTH PLAIN ***", redaction.Command($"AUTH PLAIN secret1 {garbage}"));
            redaction.Command(garbage);
            redaction.Response(garbage);
            redaction.ReplyText(500, garbage);
            CommandEffect.TryRead(garbage, out _);
            CommandEffect.TryRead($"BDAT {garbage}", out _);
        }
    }

    [Theory]
    [InlineData("c2VjcmV0", "***")]
    [InlineData("=", "***")]
    [InlineData("*", "*")]
    [InlineData("", "")]
    public void A_response_is_not_shown_save_the_one_that_cancels(string line, string shown)
        => Assert.Equal(shown, new TraceRedaction().Response(line));

    [Fact]
    public void A_server_that_repeats_a_secret_does_not_show_it()
    {
        var redaction = new TraceRedaction();
        redaction.Command("AUTH PLAIN " + Plain);
        redaction.Response("c2VjcmV0");
        Assert.Equal("what is ***?", redaction.ReplyText(500, $"what is {Plain}?"));
        Assert.Equal("no *** here", redaction.ReplyText(535, "no c2VjcmV0 here"));
        Assert.Equal("***", redaction.ReplyText(334, "UGFzc3dvcmQ6"));
        Assert.Equal("", redaction.ReplyText(334, ""));
    }

    [Fact]
    public void Every_line_of_a_dialogue_is_told_and_no_secret_whatever_stands_beside_it()
    {
        var told = new List<string>();
        var trace = new DialogueTrace((direction, line) => told.Add($"{direction} {line}"));
        var peer = new MemoryPeer();
        var smtp = new SmtpDialogue(peer, SmtpTimeouts.Standard, TimeSpan.MaxValue) { Trace = trace };
        Hear(smtp, "220 hello\r\n");
        Say(smtp, output => smtp.Ehlo("host.example", output));
        Hear(smtp, "250-mx.example\r\n250 AUTH PLAIN LOGIN\r\n");
        Say(smtp, output =>
        {
            smtp.Noop(output);
            smtp.Command("AUTH LOGIN c2VjcmV0", output, ReplyTo.Auth);
        });
        Hear(smtp, "250 2.0.0 fine\r\n334 UGFzc3dvcmQ6\r\n");
        Say(smtp, output => smtp.RespondToChallenge("c2VjcmV0"u8, output));
        Hear(smtp, "535-5.7.8 not\r\n535 5.7.8 YzJWamNtVjA=\r\n");
        Say(smtp, output => smtp.Auth("PLAIN", Encoding.ASCII.GetBytes("\0ann\0secret"), output));
        Hear(smtp, "334 c2VjcmV0\r\n");
        Say(smtp, output => smtp.RespondToChallenge("c2VjcmV0", output));
        Hear(smtp, "235 2.7.0 welcome\r\n");
        Assert.Equal(
            [
                "Received 220 hello", "Sent EHLO host.example", "Received 250-mx.example",
                "Received 250 AUTH PLAIN LOGIN", "Sent NOOP", "Sent AUTH LOGIN ***", "Received 250 2.0.0 fine",
                "Received 334 ***", "Sent ***", "Received 535-5.7.8 not", "Received 535 5.7.8 ***",
                "Sent AUTH PLAIN ***", "Received 334 ***", "Sent ***", "Received 235 2.7.0 welcome",
            ], told);
    }

    [Fact]
    public void Of_content_it_is_told_how_long_it_was()
    {
        var told = new List<string>();
        var peer = new MemoryPeer();
        var smtp = new SmtpDialogue(peer, SmtpTimeouts.Standard, TimeSpan.MaxValue)
        {
            Trace = new DialogueTrace((direction, line) => told.Add($"{direction} {line}")),
        };
        Hear(smtp, "220 hello\r\n");
        Say(smtp, smtp.Data);
        Hear(smtp, "354 go\r\n");
        Say(smtp, output => smtp.Content("secret\n"u8, output));
        Say(smtp, output =>
        {
            smtp.Content("text\n"u8, output);
            smtp.EndContent(output);
        });
        Hear(smtp, "250 taken\r\n");
        Say(smtp, output => smtp.Bdat("secret\nRSET"u8, isLast: true, output));
        Hear(smtp, "250 taken\r\n");
        Assert.Equal(
            [
                "Received 220 hello", "Sent DATA", "Received 354 go", "Event 12 octets of content sent",
                "Received 250 taken", "Sent BDAT 11 LAST", "Event 11 octets of content sent", "Received 250 taken",
            ], told);
    }

    private static void Say(SmtpDialogue smtp, Action<Output> commands)
    {
        var output = new Output();
        smtp.BeginTurn();
        commands(output);
        smtp.EndTurn(output);
    }

    private static void Hear(SmtpDialogue smtp, string text)
    {
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(text);
        smtp.BeginTurn();
        while (!input.IsEmpty)
            Assert.Equal(DialogueRead.Reply, smtp.Read(ref input, out _, out Reply _));
    }
}
