using MailModule.Mail.Logins.Server;
using MailModule.Pop3.Server;
using MailModule.Smtp.Server;
using MailModule.Tests.Pop3.Server;
using MailModule.Tests.Smtp.Server;

namespace MailModule.Tests.Engine.Serving;

/// <summary>
/// What is told of a server's dialogue (<c>detail</c>); the transcripts show that it changes nothing.
/// </summary>
public class TracedSessionTests
{
    // "\0user\0hunter2", in base64
    private const string Secret = "AHVzZXIAaHVudGVyMg==";

    private const string Mail =
        "EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@mail.example>\r\nDATA\r\nSubject: x\r\n\r\n"
            + "QUIT\r\nAUTH PLAIN none\r\n..\r\n.\r\nQUIT\r\n";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Commands_and_answers_are_told_and_of_content_its_length(bool isWhole)
    {
        List<string> told = ToldBySmtp(isWhole, Mail);
        Assert.Equal(
            [
                "C: EHLO a.example",
                "C: MAIL FROM:<a@b.example>",
                "C: RCPT TO:<c@mail.example>",
                "C: DATA",
                "C: (44 octets of content)",
                "C: QUIT",
            ],
            told.Where(line => line.StartsWith("C: ", StringComparison.Ordinal)));
        Assert.Contains("S: 354 Start mail input; end with <CRLF>.<CRLF>", told);
        int content = told.IndexOf("C: (44 octets of content)");
        Assert.StartsWith("S: 354", told[content - 1], StringComparison.Ordinal);
        Assert.StartsWith("S: 250", told[content + 1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Chunks_are_content_also_where_they_are_refused(bool isWhole)
    {
        const string chunk = "MAIL FROM:<hidden@b.example>\r\n";
        string dialogue = $"EHLO a.example\r\nBDAT {chunk.Length}\r\n{chunk}NOOP\r\nMAIL FROM:<a@b.example>\r\n"
            + $"RCPT TO:<c@mail.example>\r\nBDAT {chunk.Length}\r\n{chunk}BDAT 0 LAST\r\nQUIT\r\n";
        List<string> told = ToldBySmtp(isWhole, dialogue);
        Assert.DoesNotContain(told, line => line.Contains("hidden", StringComparison.Ordinal));
        Assert.Equal(2, told.Count(line => line == $"C: ({chunk.Length} octets of content)"));
        Assert.Contains("C: NOOP", told);
        Assert.Contains("C: BDAT 0 LAST", told);
    }

    [Theory]
    [InlineData("AUTH PLAIN " + Secret + "\r\n")]
    [InlineData("auth plain " + Secret + "\r\n")]
    [InlineData("AUTH PLAIN\r\n" + Secret + "\r\n")]
    [InlineData("AUTH LOGIN\r\n" + Secret + "\r\n" + Secret + "\r\nAUTH LOGIN\r\n*\r\n" + Secret + "\r\n")]
    [InlineData("AUTH NONE\r\n" + Secret + "\r\n")]
    [InlineData(Secret + "\r\n\t AUTH PLAIN " + Secret + "\r\n")]
    [InlineData("AUTHPLAIN " + Secret + "\r\nAUTH\tPLAIN\t" + Secret + "\r\n")]
    public void No_secret_of_smtp_is_told_wherever_it_is_cut(string dialogue)
    {
        dialogue = "EHLO a.example\r\n" + dialogue;
        for (int length = 0; length <= dialogue.Length; length++)
            foreach (bool isWhole in (bool[])[true, false])
                Assert.DoesNotContain(
                    ToldBySmtp(isWhole, dialogue[..length]),
                    line => line.Contains(Secret[..8], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("USER u\r\nPASS hunter2 a\r\n")]
    [InlineData("USER u\r\n pass  hunter2\r\nPASS\thunter2\r\nPASShunter2\r\n")]
    [InlineData("hunter2\r\nPASS hunter2\n")]
    [InlineData("APOP u hunter2\r\nAPOP hunter2\r\n")]
    [InlineData("AUTH PLAIN hunter2\r\nAUTH hunter2x hunter2\r\n")]
    public void No_secret_of_pop3_is_told_wherever_it_is_cut(string dialogue)
    {
        for (int length = 0; length <= dialogue.Length; length++)
            foreach (bool isWhole in (bool[])[true, false])
                Assert.DoesNotContain(
                    ToldByPop3(isWhole, dialogue[..length]), line => line.Contains("unter2", StringComparison.Ordinal)
                        && !line.Contains("AUTH hunter2x", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Messages_and_lists_are_told_by_their_length(bool isWhole)
    {
        List<string> told = ToldByPop3(
            isWhole, "CAPA\r\nUSER u\r\nPASS p w\r\nLIST\r\nLIST 1\r\nRETR 1\r\nTOP 1 0\r\nRETR 9\r\nQUIT\r\n");
        Assert.Contains("S: UIDL", told);
        Assert.Contains("C: PASS ***", told);
        Assert.Contains("S: (11 octets in lines)", told); // "1 22" and "2 6"
        Assert.Contains("S: (23 octets in lines)", told); // the dot in front of the last line is doubled
        Assert.Contains("S: (8 octets in lines)", told);
        Assert.DoesNotContain(told, line => line.Contains("secret line", StringComparison.Ordinal));
        Assert.Equal("C: QUIT", told.Last(line => line.StartsWith("C: ", StringComparison.Ordinal)));
        Assert.StartsWith("S: -ERR", told[told.IndexOf("C: RETR 9") + 1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_end_is_no_command_however_it_ends()
    {
        List<string> told = ToldByPop3(isWhole: true, new string('x', 1000) + "\r\nNOOP\r\n");
        Assert.Contains("C: (1002 octets that are no command)", told);
        told = ToldByPop3(isWhole: false, $"PASS {new string('x', 300)}QUIT hunter2\r\nNOOP\r\n");
        Assert.DoesNotContain(told, line => line.Contains("hunter2", StringComparison.Ordinal));
        Assert.Contains("C: NOOP", told);
    }

    private static List<string> ToldBySmtp(bool isWhole, string dialogue)
    {
        var told = new List<string>();
        var options = new SmtpServerOptions
        {
            HostName = "mail.example",
            OfferAuth = true,
            PlainAuthWithoutTls = true,
            Mechanisms = ServerMechanisms.Find("PLAIN"u8) | ServerMechanisms.Find("LOGIN"u8),
        };
        var harness = new SmtpHarness(options) { Trace = told.Add };
        Send(isWhole, dialogue, harness.Send, () => harness.IsClosed);
        return told;
    }

    private static List<string> ToldByPop3(bool isWhole, string dialogue)
    {
        var told = new List<string>();
        var options = new Pop3ServerOptions { HostName = "mail.example", PlainAuthWithoutTls = true };
        var harness = new Pop3Harness(options, "a: b\n\n.secret line\n", "a:\n\n")
        {
            AnswersPending = isWhole,
            Trace = told.Add,
        };
        Send(isWhole, dialogue, harness.Send, () => harness.IsClosed);
        return told;
    }

    private static void Send(bool isWhole, string dialogue, Func<string, string> send, Func<bool> isClosed)
    {
        send("");
        if (isWhole)
            send(dialogue);
        else
            foreach (char octet in dialogue)
                if (!isClosed())
                    send(octet.ToString());
    }
}
