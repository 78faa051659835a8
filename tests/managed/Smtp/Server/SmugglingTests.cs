using MailModule.Smtp.Server;

namespace MailModule.Tests.Smtp.Server;

/// <summary>
/// The published sequences, and all their kin: whatever stands around a dot, only CRLF "." CRLF ends a message (RFC
/// 5321 §4.1.1.4), and what is stored has no line end that another program could see differently.
/// </summary>
public class SmugglingTests
{
    private const string Evil = "MAIL FROM:<evil@b>\r\nRCPT TO:<victim@d>\r\nDATA\r\nevil\r\n.\r\n";

    private static readonly string[] s_octets = ["\r", "\n", "\0"];

    /// <summary>All that one, two or three of these octets make, and nothing.</summary>
    private static IEnumerable<string> Sequences
        => from one in s_octets.Append("")
           from two in s_octets.Append("")
           from three in s_octets.Append("")
           select one + two + three;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_but_a_dot_between_line_ends_ends_data(bool normalize)
    {
        foreach (string before in Sequences.Distinct())
            foreach (string after in Sequences.Distinct())
                foreach (string dots in (string[])[".", ".."])
                {
                    SmtpHarness harness = Run("DATA\r\n", $"text{before}{dots}{after}{Evil}", normalize);
                    // an octet more, and what follows the end is no command
                    bool isHeard = dots == "." && EndsLine(before) && after == "\r\n";
                    CheckMessages(harness, isHeard, normalize);
                }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_at_all_ends_a_chunk_before_its_size(bool normalize)
    {
        foreach (string before in Sequences.Distinct())
            foreach (string after in Sequences.Distinct())
            {
                string text = $"text{before}.{after}{Evil}";
                CheckMessages(Run($"BDAT {text.Length} LAST\r\n", text, normalize), false, normalize);
                SmtpHarness cut = Run(
                    $"BDAT {text.Length - 3}\r\n", $"{text[..^3]}BDAT 3 LAST\r\n{text[^3..]}", normalize);
                CheckMessages(cut, false, normalize);
            }
    }

    [Theory]
    [InlineData("MAIL FROM:<a@b>\r\nRCPT TO:<nobody@d>\r\n")]
    [InlineData("MAIL FROM:<refused@b>\r\nRCPT TO:<c@d>\r\n")]
    [InlineData("MAIL FROM:<nodata@b>\r\nRCPT TO:<c@d>\r\n")]
    [InlineData("RCPT TO:<c@d>\r\n")]
    [InlineData("")]
    public void Commands_in_a_chunk_that_is_refused_are_never_heard(string before)
    {
        var harness = new SmtpHarness();
        harness.Send($"EHLO c\r\n{before}BDAT {Evil.Length}\r\n{Evil}BDAT {Evil.Length} LAST\r\n{Evil}");
        Assert.DoesNotContain("mail <evil@b>", harness.Backend.Calls);
        Assert.Equal("250 2.0.0 Ok\r\n", harness.Send("NOOP\r\n"));
    }

    private static SmtpHarness Run(string command, string content, bool normalize)
    {
        var harness = new SmtpHarness(new SmtpServerOptions { NormalizeBareNewlines = normalize });
        harness.Send($"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n{command}{content}");
        return harness;
    }

    private static bool EndsLine(string before)
        => before.EndsWith("\r\n", StringComparison.Ordinal);

    private static void CheckMessages(SmtpHarness harness, bool isHeard, bool normalize)
    {
        Assert.Equal(isHeard, harness.Backend.Calls.Contains("mail <evil@b>"));
        if (normalize)
            Assert.Equal(isHeard ? 2 : 1, harness.Backend.Messages.Count);
        foreach (string message in harness.Backend.Messages)
        {
            string lines = message.Replace("\r\n", "", StringComparison.Ordinal);
            Assert.Equal(-1, lines.IndexOfAny(['\r', '\n', '\0']));
            Assert.EndsWith("\r\n", message, StringComparison.Ordinal);
        }
    }
}
