using System.Text;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>What a server says, as far as it can be judged without knowing why.</summary>
internal static class SmtpWords
{
    /// <summary>Each reply is well formed, and none that nobody asked for.</summary>
    /// <param name="asked">What the client said.</param>
    /// <param name="isLmtp">A message has a reply for each recipient that was taken (RFC 2033).</param>
    public static void CheckReplies(string heard, string asked, bool isLmtp)
    {
        if (heard.Length == 0)
            return;
        Assert.EndsWith("\r\n", heard, StringComparison.Ordinal);
        int replies = 0;
        string? code = null;
        foreach (string line in heard[..^2].Split("\r\n"))
        {
            bool isFormed = line.Length >= 4 && line[0] is >= '2' and <= '5'
                && line.AsSpan(1, 2).IndexOfAnyExceptInRange('0', '9') < 0
                && line[3] is ' ' or '-' && !line.Any(char.IsControl);
            Assert.True(isFormed && (code ?? line[..3]) == line[..3], $"not a reply: {line}");
            code = line[3] == '-' ? line[..3] : null;
            replies += code is null ? 1 : 0;
        }
        Assert.Null(code);
        // The greeting, one for each line, and one for a line that is too long and has no end yet.
        Assert.InRange(replies, 1, 2 + asked.Count(octet => octet == '\n') * (isLmtp ? 2 : 1));
    }

    /// <summary>Takes out of challenges what chance makes, as far as they have anything of it.</summary>
    public static string WithoutChance(string heard)
        => heard.Contains("334 ", StringComparison.Ordinal)
            ? string.Join("\r\n", heard.Split("\r\n").Select(line => IsOfChance(line) ? "334 *" : line))
            : heard;

    // CRAM-MD5: a message-id; SCRAM: nonce and salt, and the proof
    private static bool IsOfChance(string line)
    {
        byte[] challenge = new byte[line.Length];
        return line.StartsWith("334 ", StringComparison.Ordinal)
            && Convert.TryFromBase64String(line[4..], challenge, out int length) && length > 1
            && Encoding.Latin1.GetString(challenge, 0, 2) is "r=" or "v=" or ['<', _];
    }
}
