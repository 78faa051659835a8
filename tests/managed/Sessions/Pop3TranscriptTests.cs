using System.Text;
using System.Text.RegularExpressions;
using MailModule.Mail.Logins.Server;
using MailModule.Pop3.Server;
using MailModule.Tests.Pop3.Server;

namespace MailModule.Tests.Sessions;

/// <summary>
/// One file in Transcripts/Pop3 is one case; those in a folder of an RFC are named by the rule that they show. C: what
/// the client sends (\xNN an octet, \{n} n times the letter x), S: what the server answers, END: it closes, LOST: the
/// client is gone, D: indexes of messages that are deleted in the end, if any are; ! an option; # a remark. The user is
/// u with the password "p w" and three messages. Each case runs line by line, octet by octet, pipelined, and with every
/// answer of the backend pending.
/// </summary>
public partial class Pop3TranscriptTests
{
    private static readonly string[] Texts =
    [
        "Subject: one\n\nfirst line\n.leading dot\nlast line\n",
        "Subject: two\n\n",
        "Subject: three\n\nno final newline",
    ];

    public static TheoryData<string> Files()
    {
        var files = new TheoryData<string>();
        foreach (string file in Directory.GetFiles(Folder, "*.txt", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
            files.Add(Path.ChangeExtension(Path.GetRelativePath(Folder, file), null).Replace('\\', '/'));
        return files;
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Sessions", "Transcripts", "Pop3");

    [Theory]
    [MemberData(nameof(Files))]
    public void Line_by_line(string name) => Run(name, pending: false, (harness, text) => harness.Send(text));

    [Theory]
    [MemberData(nameof(Files))]
    public void Line_by_line_with_pending_answers(string name)
        => Run(name, pending: true, (harness, text) => harness.Send(text));

    [Theory]
    [MemberData(nameof(Files))]
    public void Octet_by_octet(string name)
        => Run(name, pending: false,
            (harness, text) => string.Concat(text.Select(octet => harness.Send(octet.ToString()))));

    [Theory]
    [MemberData(nameof(Files))]
    public void Pipelined(string name)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, name + ".txt"));
        Pop3Harness harness = Harness(lines, pending: true);
        string sent = "", expected = "";
        foreach (string line in lines)
        {
            expected += line.StartsWith("S: ", StringComparison.Ordinal) ? line[3..] + "\r\n" : "";
            sent += line.StartsWith("C: ", StringComparison.Ordinal) ? Unescape(line[3..]) : "";
            if (line != "S: +OK begin TLS")
                continue;
            Assert.Equal(expected, harness.Send(sent));
            (sent, expected) = ("", "");
        }
        Assert.Equal(expected, harness.Send(sent));
        CheckEnd(lines, harness);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Told_in_the_log(string name)
    {
        var told = new List<string>();
        foreach (bool pending in (bool[])[false, true])
        {
            Run(name, pending, (harness, text) => harness.Send(text), told.Add);
            Run(
                name, pending,
                (harness, text) => string.Concat(text.Select(octet => harness.Send(octet.ToString()))), told.Add);
        }
        Assert.NotEmpty(told);
        Assert.DoesNotContain(told, line => line.Contains("PASS p", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(told, line => line.Contains("first line", StringComparison.Ordinal));
    }

    private static void Run(string name, bool pending, Func<Pop3Harness, string, string> send,
        Action<string>? trace = null)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, name + ".txt"));
        Assert.Contains(lines, line => line.StartsWith("S: ", StringComparison.Ordinal));
        Pop3Harness harness = Harness(lines, pending, trace);
        var expected = new StringBuilder();
        string received = harness.Send("");
        foreach (string line in lines)
        {
            if (line.StartsWith("S: ", StringComparison.Ordinal))
                expected.Append(line[3..]).Append("\r\n");
            if (line != "END:" && !line.StartsWith("C: ", StringComparison.Ordinal))
                continue;
            Assert.Equal(expected.ToString(), received);
            Assert.Equal(line == "END:", harness.IsClosed);
            expected.Clear();
            received = line == "END:" ? "" : send(harness, Unescape(line[3..]));
        }
        Assert.Equal(expected.ToString(), received);
        CheckEnd(lines, harness);
    }

    private static void CheckEnd(string[] lines, Pop3Harness harness)
    {
        if (lines.Contains("LOST:"))
            harness.Lose();
        Assert.Equal(Behind("D: ", lines), Behind("delete ", harness.Calls));
    }

    private static IEnumerable<string> Behind(string begin, IEnumerable<string> lines)
        => lines.Where(line => line.StartsWith(begin, StringComparison.Ordinal)).Select(line => line[begin.Length..]);

    private static string Unescape(string line)
        => Escape().Replace(line, match => match.Value[1] == 'x'
            ? ((char)Convert.ToInt32(match.Value[2..], 16)).ToString()
            : new string('x', int.Parse(match.Value[2..^1]))) + "\r\n";

    [GeneratedRegex(@"\\x[0-9a-f]{2}|\\\{\d+\}")]
    private static partial Regex Escape();

    private static Pop3Harness Harness(string[] lines, bool pending, Action<string>? trace = null)
        => new(new Pop3ServerOptions
        {
            HostName = "mail.example",
            PlainAuthWithoutTls = !lines.Contains("! no clear text"),
            OfferStls = lines.Contains("! stls"),
            Logins = lines.Contains("! cram-md5")
                ? new LoginOffer(MechanismSet.OfPasswords | MechanismSet.CramMd5, TokenHint.None)
                : LoginOffer.Default,
            // that of the example of RFC 1939 §7
            NewStamp = lines.Contains("! apop") ? static () => "<1896.697170952@dbc.mtview.ca.us>" : null,
            ExpireDays = lines.Contains("! expire") ? 30 : 0,
            LoginDelay = lines.Contains("! login delay") ? 60 : 0,
        }, lines.Contains("! empty") ? [] : Texts)
        {
            AnswersPending = pending,
            Trace = trace,
            LoginVerdict = lines.Contains("! in use") ? Pop3Verdict.InUse
                : lines.Contains("! too early") ? Pop3Verdict.TooEarly
                : null,
            OpenVerdict = lines.Contains("! unreadable") ? Pop3Verdict.Refuse() : null,
            QuitVerdict = lines.Contains("! not deleted") ? Pop3Verdict.Refuse() : Pop3Verdict.Accept,
        };
}
