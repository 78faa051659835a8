using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using MailModule.Mail.Logins.Server;
using MailModule.Smtp.Server;
using MailModule.Tests.Lines;
using MailModule.Tests.Smtp.Server;

namespace MailModule.Tests.Sessions;

/// <summary>
/// One file in Transcripts/Smtp is one case; those in a folder of an RFC are named by the rule that they show. C: what
/// the client sends (escapes \r \n \0 \xNN; a last \ means no CRLF), S: what the server answers, END: it closes, B:
/// what the backend was asked; ! sets an option, # is a remark. Each case runs line by line, octet by octet, whole
/// (pipelined) and cut at random, with answers at once, early and late.
/// </summary>
public partial class SmtpTranscriptTests
{
    private const string ReadyForTls = "220 2.0.0 Ready to start TLS";

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Sessions", "Transcripts", "Smtp");

    public static TheoryData<string> Files()
    {
        var files = new TheoryData<string>();
        foreach (string file in Directory.GetFiles(Folder, "*.txt", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
            files.Add(Path.ChangeExtension(Path.GetRelativePath(Folder, file), null).Replace('\\', '/'));
        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Line_by_line(string name)
    {
        foreach (Answers answers in Enum.GetValues<Answers>())
        {
            string[] lines = Read(name);
            SmtpHarness harness = Harness(lines, answers, isSlow: answers == Answers.Late);
            string received = harness.Send("");
            var expected = new StringBuilder();
            foreach (string line in lines)
            {
                if (line.StartsWith("C: ", StringComparison.Ordinal))
                {
                    Assert.Equal(expected.ToString(), received);
                    Assert.False(harness.IsClosed);
                    expected.Clear();
                    received = harness.Send(Unescape(line[3..]));
                }
                else if (line.StartsWith("S: ", StringComparison.Ordinal))
                    expected.Append(line[3..]).Append("\r\n");
            }
            Assert.Equal(expected.ToString(), received);
            CheckEnd(lines, harness);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Whole(string name)
    {
        foreach (Answers answers in Enum.GetValues<Answers>())
            RunCut(name, answers, isSlow: answers != Answers.AtOnce, static text => [0..text.Length]);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Octet_by_octet(string name)
    {
        foreach (Answers answers in Enum.GetValues<Answers>())
            RunCut(name, answers, isSlow: answers == Answers.Early, OctetByOctet);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Cut_at_random(string name)
    {
        var random = new Random(5321);
        int rounds = Read(name).Any(line => line.Contains("\\{", StringComparison.Ordinal)) ? 5 : 60;
        for (int i = 0; i < rounds; i++)
            RunCut(name, (Answers)random.Next(3), isSlow: random.Next(2) == 0, text => Texts.Cuts(random, text.Length));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Told_in_the_log(string name)
    {
        var random = new Random(4954);
        var told = new List<string>();
        foreach (Answers answers in Enum.GetValues<Answers>())
        {
            RunCut(name, answers, isSlow: false, static text => [0..text.Length], told.Add);
            RunCut(name, answers, isSlow: true, text => Texts.Cuts(random, text.Length), told.Add);
        }
        Assert.NotEmpty(told);
        foreach (string secret in SecretsIn(Read(name)))
            Assert.DoesNotContain(told, line => line.Contains(secret, StringComparison.Ordinal));
    }

    // What stands behind the mechanism, and what answers a challenge.
    private static IEnumerable<string> SecretsIn(string[] lines)
    {
        bool isChallenged = false;
        foreach (string line in lines)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line.StartsWith("C: ", StringComparison.Ordinal))
            {
                bool isAuth = words.Length > 3 && words[1].Equals("AUTH", StringComparison.OrdinalIgnoreCase);
                if (isAuth && words[3].Length >= 6)
                    yield return words[3];
                if (isChallenged && words.Length > 1 && words[1].Length >= 6)
                    yield return words[1];
            }
            isChallenged = line.StartsWith("S: 334", StringComparison.Ordinal);
        }
    }

    private static IEnumerable<Range> OctetByOctet(string text)
    {
        // the longest texts hold long runs of one letter: there a step of many octets shows as much
        int step = text.Length > 100_000 ? 509 : 1;
        for (int at = 0; at < text.Length; at += step)
            yield return at..Math.Min(at + step, text.Length);
    }

    private static void RunCut(
        string name, Answers answers, bool isSlow, Func<string, IEnumerable<Range>> cut, Action<string>? trace = null)
    {
        string[] lines = Read(name);
        SmtpHarness harness = Harness(lines, answers, isSlow, trace);
        var received = new StringBuilder(harness.Send(""));
        var expected = new StringBuilder();
        var sent = new StringBuilder();
        foreach (string line in lines)
        {
            if (line.StartsWith("C: ", StringComparison.Ordinal))
                sent.Append(Unescape(line[3..]));
            if (!line.StartsWith("S: ", StringComparison.Ordinal))
                continue;
            expected.Append(line[3..]).Append("\r\n");
            if (line != "S: " + ReadyForTls)
                continue;
            SendCut(harness, sent.ToString(), received, cut);
            sent.Clear();
        }
        SendCut(harness, sent.ToString(), received, cut);
        Assert.Equal(expected.ToString(), received.ToString());
        CheckEnd(lines, harness);
    }

    private static void SendCut(
        SmtpHarness harness, string text, StringBuilder received, Func<string, IEnumerable<Range>> cut)
    {
        foreach (Range range in cut(text))
        {
            received.Append(harness.Send(text[range]));
            if (harness.IsClosed)
                return;
        }
    }

    private static void CheckEnd(string[] lines, SmtpHarness harness)
    {
        Assert.Equal(lines.Contains("END:"), harness.IsClosed);
        if (!harness.IsClosed)
            harness.Close();
        Assert.Equal(1, harness.Backend.Closings);
        string[] calls = [.. lines.Where(line => line.StartsWith("B: ", StringComparison.Ordinal))
            .Select(line => line[3..])];
        Assert.Equal(calls, harness.Backend.Calls);
    }

    private static string[] Read(string name)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, name + ".txt"));
        Assert.Contains(lines, line => line.StartsWith("S: ", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.Matches("^([CSB!#] ?|C: .*|S: .*|B: .*|! .*|# .*|END:|)$", line));
        return lines;
    }

    private static SmtpHarness Harness(
        string[] lines, Answers answers, bool isSlow, Action<string>? trace = null)
    {
        var options = new SmtpServerOptions
        {
            HostName = "mail.example",
            SizeLimit = Number(lines, "! size ", 0),
            Limits = new SmtpServerLimits
            {
                Recipients = (int)Number(lines, "! recipients ", 1000),
                Errors = (int)Number(lines, "! errors ", 20),
                Hops = (int)Number(lines, "! hops ", 100),
            },
            OfferStartTls = lines.Contains("! starttls"),
            OfferAuth = lines.Contains("! auth"),
            PlainAuthWithoutTls = lines.Contains("! clear text"),
            RequireAuth = lines.Contains("! require auth"),
            NormalizeBareNewlines = lines.Contains("! normalize"),
            Times = lines.Contains("! times") ? TimesIn(lines) : null,
            Verbs = lines.Contains("! lmtp") ? StateTable.Lmtp : StateTable.Standard,
        };
        foreach (string line in lines.Where(line => line.StartsWith("! mechanism ", StringComparison.Ordinal)))
            options = options with
            { Mechanisms = options.Mechanisms | ServerMechanisms.Find(Encoding.ASCII.GetBytes(line[12..])) };
        if (lines.Contains("! xclient"))
            options = WithXclient(options);
        Verdict connect = lines.Contains("! refuse connect")
            ? new Verdict(VerdictKind.Refuse)
            : lines.Contains("! close connect")
            ? Verdict.Close(null)
            : Verdict.Accept;
        return new SmtpHarness(
            options, new FakeBackend { Answers = answers, IsSlow = isSlow, ConnectVerdict = connect })
        { Trace = trace };
    }

    // The client that is named may log in, and use it as well, if it is of this machine; 192.0.2.66 may not connect.
    private static SmtpServerOptions WithXclient(SmtpServerOptions options)
    {
        return options with { Xclient = Judge };

        byte[]? Judge(IPAddress? client, out SmtpServerOptions then)
        {
            bool isOurs = client is not null && IPAddress.IsLoopback(client);
            then = options with { Xclient = isOurs ? Judge : null, OfferAuth = isOurs };
            return client?.ToString() == "192.0.2.66" ? "554 5.7.1 Not you\r\n"u8.ToArray() : null;
        }
    }

    private static DeliveryTimeOffers TimesIn(string[] lines) => new(
        lines.Contains("! trusted"),
        Number(lines, "! future release ", 0) is > 0 and var seconds
            ? new FutureReleaseLimit(
                TimeSpan.FromSeconds(seconds), () => new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))
            : null);

    private static long Number(string[] lines, string option, long other)
        => lines.FirstOrDefault(line => line.StartsWith(option, StringComparison.Ordinal)) is { } line
            ? long.Parse(line[option.Length..])
            : other;

    private static string Unescape(string line)
    {
        bool hasEnd = !line.EndsWith('\\');
        string text = Escape().Replace(hasEnd ? line : line[..^1], match => match.Value switch
        {
            "\\r" => "\r",
            "\\n" => "\n",
            "\\0" => "\0",
            _ => match.Value.StartsWith("\\x", StringComparison.Ordinal)
                ? ((char)Convert.ToInt32(match.Value[2..], 16)).ToString()
                : new string('x', int.Parse(match.Value[2..^1])),
        });
        return hasEnd ? text + "\r\n" : text;
    }

    /// <summary>\{n} stands for n times the letter x.</summary>
    [GeneratedRegex(@"\\r|\\n|\\0|\\x[0-9a-f]{2}|\\\{\d+\}")]
    private static partial Regex Escape();
}
