using MailModule.Lines;
using MailModule.Pop3;
using MailModule.Pop3.Client;

namespace MailModule.Tests.Pop3.Client;

/// <summary>What a trace shows, and what it never shows.</summary>
public class Pop3TraceTests
{
    private readonly List<string> _told = [];

    private Pop3Trace Trace => field ??= new Pop3Trace((direction, line) => _told.Add($"{direction} {line}"));

    [Theory]
    [InlineData("USER fred", "USER fred")]
    [InlineData("PASS secret word", "PASS ***")]
    [InlineData("pass secret", "pass ***")]
    [InlineData("  PASS secret", "  PASS ***")]
    [InlineData("PASS\tsecret", "PASS ***")]
    [InlineData("PASS", "PASS")]
    [InlineData("APOP fred c4c9334bac560ecc979e58001b3e22fb", "APOP fred ***")]
    [InlineData("APOP c4c9334bac560ecc979e58001b3e22fb", "APOP ***")]
    [InlineData("APOP  fred  c4c9334bac", "APOP  fred ***")]
    [InlineData("AUTH PLAIN AGZyZWQAc2VjcmV0", "AUTH PLAIN ***")]
    [InlineData("AUTH AGZyZWQAc2VjcmV0", "AUTH ***")]
    [InlineData("AUTH PLAIN", "AUTH PLAIN")]
    [InlineData("RETR 1", "RETR 1")]
    public void Secrets_of_commands_are_taken_out(string line, string shown)
    {
        Trace.Command(line);
        Assert.Equal([$"Sent {shown}"], _told);
    }

    [Fact]
    public void Both_parts_of_an_exchange_are_taken_out_and_so_is_what_the_server_repeats()
    {
        Trace.Response("AGZyZWQAc2VjcmV0");
        Trace.Response("*");
        Trace.Response("");
        Answer("+ PDEyMzRAaG9zdD4=", inLogin: true);
        Answer("+", inLogin: true);
        Answer("-ERR unknown: AGZyZWQAc2VjcmV0", inLogin: true);
        Trace.Command("PASS wonderful");
        Answer("-ERR what is wonderful?", inLogin: false);
        Trace.Content(12, isWhole: true);
        Trace.Content(3, isWhole: false);
        Assert.Equal(
            ["Sent ***", "Sent *", "Sent ", "Received + ***", "Received +", "Received -ERR unknown: ***",
                "Sent PASS ***", "Received -ERR what is ***?", "Event 12 octets of content received",
                "Event 3 octets of content received, which is not all of it"], _told);
    }

    private void Answer(string line, bool inLogin)
    {
        Assert.True(Pop3Reply.TryParse(System.Text.Encoding.Latin1.GetBytes(line), inLogin, out Pop3Reply reply));
        Trace.Answer(reply);
    }
}
