using System.Buffers;
using System.Net;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Results;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Authentication-Results: what is left of a header has no field of ours, however it was cut; what strangers say goes
/// into one field of ours, whose results are those that were written.
/// </summary>
internal static class ResultsFieldTarget
{
    private const string Id = "mail.example.net";

    public static void Check(byte[] input)
    {
        byte[] whole = Passed(input, input.Length, out int count);
        foreach (int step in (int[])[1, 7])
        {
            Assert.Equal(whole, Passed(input, step, out int again));
            Assert.Equal(count, again);
        }
        Assert.Equal(whole, Passed(whole, whole.Length, out int left));
        Assert.Equal(0, left);
        Assert.True(count > 0 || whole.AsSpan().SequenceEqual(input), "changed, and nothing left out");
        ReportedResults.TryParse(input, out _);
        CheckWritten(Encoding.UTF8.GetString(input));
    }

    private static void CheckWritten(string text)
    {
        var results = new MessageResults
        {
            MailFrom = new SpfResult(AuthResult.Fail, SpfIdentity.MailFrom, text, text, text) { Mechanism = text },
            Dkim = [new DkimResult(AuthResult.Pass, text, text, text) { Identity = text, SignatureStart = text }],
            Arc = new ArcResult(AuthResult.None, text),
            Dmarc = new DmarcResult(AuthResult.Fail, text, text) { PolicyDomain = text },
        };
        var output = new ArrayBufferWriter<byte>();
        AuthenticationResultsField.Write(output, Id, results);
        CheckField(output.WrittenSpan);
        Assert.True(ReportedResults.TryParse(output.WrittenSpan["Authentication-Results:".Length..], out var read));
        Assert.Equal(Id, read.AuthServId);
        Assert.Equal(["spf=fail", "dkim=pass", "arc=none", "dmarc=fail"],
            read.Results.Select(one => $"{one.Method}={one.Result}"));
        output.ResetWrittenCount();
        ReceivedSpfField.Write(output, results.MailFrom, IPAddress.IPv6Loopback, text, Id);
        CheckField(output.WrittenSpan);
    }

    /// <summary>One field, in ASCII, in lines that are not too long.</summary>
    private static void CheckField(ReadOnlySpan<byte> field)
    {
        string[] lines = Encoding.Latin1.GetString(field).Split("\r\n");
        Assert.Equal("", lines[^1]);
        Assert.All(lines[1..^1],
            line => Assert.True(line.Length > 1 && line[0] == ' ' && line[1] > ' ', "a broken fold"));
        Assert.All(lines, line => Assert.True(line.Length <= 998 && line.All(c => c is >= ' ' and <= '~'), line));
    }

    private static byte[] Passed(byte[] content, int step, out int count)
    {
        var filter = new ForgedResults(Id);
        filter.Begin();
        var output = new List<byte>();
        for (int at = 0; at < content.Length; at += step)
            output.AddRange(filter.Pass(content.AsSpan(at, Math.Min(step, content.Length - at))));
        output.AddRange(filter.End());
        count = filter.Count;
        return [.. output];
    }
}
