using System.Text;
using MailModule.Authentication.Results;
using MailModule.Mail;

namespace MailModule.Tests.Authentication.Results;

/// <summary>Fields that claim to be ours do not pass (RFC 8601 §5), however they are written and cut.</summary>
public class ForgedResultsTests
{
    private const string Name = "Authentication-Results";

    [Theory]
    [InlineData(": mail.example.net; spf=pass")]
    [InlineData(":mail.example.net;spf=pass")]
    [InlineData(": MAIL.Example.NET; none")]
    [InlineData(" : mail.example.net; none")]
    [InlineData("\t \t: mail.example.net; none")]
    [InlineData(": mail.example.net 1; none")]
    [InlineData(": mail.example.net")]
    [InlineData(": mail.example.net.; none")]
    [InlineData(": mail.example.net/1; none")]
    [InlineData(": mail.example.net(x); none")]
    [InlineData(": (x) mail.example.net; none")]
    [InlineData(": (x (y\\) z) a) (b)\t mail.example.net; none")]
    [InlineData(": \"mail.example.net\"; none")]
    [InlineData(": \"mail\\.example.net\"; none")]
    [InlineData(": \"mail.example.net\" 1; none")]
    [InlineData(":\r\n mail.example.net; none")]
    [InlineData(":\n\tmail.example.net; none")]
    [InlineData(":\r\n \r\n\t(x\r\n y) mail.example.net;\r\n spf=pass\r\n smtp.mailfrom=x")]
    [InlineData(": mail.example.net\r\n ; none")]
    [InlineData(": mail.example.net@x; none")]
    // What has no id that can be told
    [InlineData(":")]
    [InlineData(": ; none")]
    [InlineData(": (x mail.example.net; none")]
    [InlineData(": \"mail.example.net; none")]
    [InlineData(": )mail.example.net; none")]
    [InlineData(": )( other.example; none")]
    [InlineData(":\r\n \r\n ")]
    [InlineData(": \"other\\")]
    [InlineData(": (other\\")]
    [InlineData(": \"other\\\r\n .example")]
    public void A_field_of_ours_is_left_out(string rest)
    {
        foreach (string name in new[] { Name, Name.ToUpperInvariant(), Name.ToLowerInvariant() })
            foreach (string end in new[] { "\r\n", "\n" })
            {
                string left = $"To: b{end}{end}body{end}";
                Check($"Subject: a{end}{name}{rest}{end}{left}", $"Subject: a{end}{left}", 1);
                Check($"{name}{rest}{end}{end}{name}{rest}", $"{end}{name}{rest}", 1);
                Check($"{name}{rest}{end}{name}{rest}{end}X: y", "X: y", 2);
                Check(name + rest, "", 1);
                Check(name + rest + end, "", 1);
            }
    }

    [Theory]
    [InlineData("Authentication-Results: other.example; spf=pass")]
    [InlineData("Authentication-Results: x.mail.example.net; spf=pass")]
    [InlineData("Authentication-Results: mail.example.nets; spf=pass")]
    [InlineData("Authentication-Results: mail.example; spf=pass")]
    [InlineData("Authentication-Results: (mail.example.net) other.example; spf=pass")]
    [InlineData("Authentication-Results: spf=pass smtp.mailfrom=mail.example.net")]
    [InlineData("Authentication-Results: other.example;\r\n mail.example.net; spf=pass")]
    [InlineData("Authentication-Results-Original: mail.example.net; spf=pass")]
    [InlineData("ARC-Authentication-Results: i=1; mail.example.net; spf=pass")]
    [InlineData("X-Authentication-Results: mail.example.net; spf=pass")]
    [InlineData("Authentication-Result: mail.example.net; spf=pass")]
    [InlineData("Authentication-Results mail.example.net; spf=pass")]
    [InlineData("Received-SPF: pass (mail.example.net: x)")]
    [InlineData("Subject: x\r\n Authentication-Results: mail.example.net; none")]
    [InlineData("A")]
    [InlineData("Authentication-Results")]
    [InlineData("Authentication-Results ")]
    [InlineData(" Authentication-Results: mail.example.net; none")]
    public void What_is_not_ours_stays(string field)
    {
        foreach (string end in new[] { "\r\n", "\n" })
        {
            string[] texts = [field, field + end, $"{field}{end}{end}x", $"X: y{end}{field}{end}Z: a{end}{end}"];
            foreach (string text in texts)
                Check(text, text, 0);
        }
    }

    [Fact]
    public void A_lone_CR_ends_a_line_too()
    {
        Check("A: b\rAuthentication-Results: mail.example.net; none\rC: d\r\rx", "A: b\rC: d\r\rx", 1);
        // The LF of the empty line must not join the CR of the line before
        Check("A: b\rAuthentication-Results: mail.example.net; none\n\nx", "A: b\r\r\nx", 1);
    }

    [Fact]
    public void Names_in_U_labels_and_A_labels_are_one()
    {
        const string field = "Authentication-Results: b\u00fccher.example; none\r\n";
        const string ascii = "authentication-results: XN--BCHER-KVA.example; none\r\n";
        foreach (string id in new[] { "b\u00fccher.example", "xn--bcher-kva.example", "B\u00dcCHER.EXAMPLE" })
            Check(field + ascii + "A: b\r\n", "A: b\r\n", 2, id);
    }

    [Fact]
    public void Several_ids_may_be_ours()
    {
        var filter = new ForgedResults("one.example", "two.example");
        Assert.Equal("A: b\n", Encoding.Latin1.GetString(filter.Pass(
            "Authentication-Results: two.example; none\nAuthentication-Results: one.example; none\nA: b\n"u8)));
    }

    [Fact]
    public void An_id_behind_too_much_is_not_waited_for()
    {
        int[] steps = [1, 7, 512, 1023, 1024, 100_000];
        foreach (int length in new[] { 990, 1000, 1024, 1100, 5000 })
        {
            string before = $"Authentication-Results: ({new string('x', length)}) ";
            Check(before + "mail.example.net; none\r\nA: b\r\n", "A: b\r\n", 1, steps: steps);
            bool isFar = before.Length + "other.example;".Length > 1024;
            string other = before + "other.example; none\r\n";
            Check(other + "A: b\r\n", (isFar ? "" : other) + "A: b\r\n", isFar ? 1 : 0, steps: steps);
        }
    }

    [Fact]
    public void A_message_without_such_a_field_is_not_copied()
    {
        byte[] text = "Accept: x\r\nAuthentication-Results: other.example; none\r\nArc: y\r\n\r\nbody"u8.ToArray();
        ReadOnlySpan<byte> passed = new ForgedResults("mail.example.net").Pass(text);
        Assert.True(passed == text.AsSpan());
    }

    [Fact]
    public void It_stands_behind_the_filter_of_the_header()
    {
        string text = "\ufeff Authentication-Results: mail.example.net; none\r\nFrom x\r\n"
            + "Authentication-Results: mail.example.net; a\r\nSubject: b\r\nno field\r\n"
            + "Authentication-Results: mail.example.net; text\r\n";
        byte[] octets = Encoding.UTF8.GetBytes(text);
        for (int step = 1; step <= octets.Length; step++)
        {
            var header = new HeaderFilter();
            header.Begin(null);
            var forged = new ForgedResults("mail.example.net");
            var output = new List<byte>();
            for (int at = 0; at < octets.Length; at += step)
                output.AddRange(forged.Pass(header.Pass(octets.AsSpan(at, Math.Min(step, octets.Length - at)))));
            output.AddRange(forged.Pass(header.End()));
            output.AddRange(forged.End());
            Assert.Equal("Subject: b\r\n\r\nno field\r\nAuthentication-Results: mail.example.net; text\r\n",
                Encoding.UTF8.GetString([.. output]));
        }
    }

    [Fact]
    public void However_garbage_is_cut_the_same_comes_out()
    {
        string[] pieces = ["Authentication-Results", ":", " ", "mail.example.net", ";", "\r\n", "\n", "\r", "(", ")",
            "\"", "\\", "A: b", "\t", "Auth", "other", "x"];
        var random = new Random(5);
        for (int i = 0; i < 2000; i++)
        {
            string text = string.Concat(random.GetItems(pieces, random.Next(1, 20)));
            string whole = Passed(text, text.Length, "mail.example.net", out int count);
            foreach (int step in new[] { 1, 2, 3, 5 })
            {
                Assert.Equal(whole, Passed(text, step, "mail.example.net", out int again));
                Assert.Equal(count, again);
            }
            // What has been through it has none of ours left.
            Assert.Equal(whole, Passed(whole, 4, "mail.example.net", out int left));
            Assert.Equal(0, left);
        }
    }

    private static void Check(
        string text, string expected, int count, string id = "mail.example.net", int[]? steps = null)
    {
        foreach (int step in steps ?? [1, 2, 3, 5, 8, 13, 1000])
        {
            Assert.Equal(expected, Passed(text, step, id, out int found));
            Assert.Equal(count, found);
        }
    }

    private static string Passed(string text, int step, string id, out int count)
    {
        var filter = new ForgedResults(id);
        filter.Begin();
        byte[] octets = Encoding.UTF8.GetBytes(text);
        var output = new List<byte>();
        for (int at = 0; at < octets.Length; at += step)
            output.AddRange(filter.Pass(octets.AsSpan(at, Math.Min(step, octets.Length - at))));
        output.AddRange(filter.End());
        count = filter.Count;
        return Encoding.UTF8.GetString([.. output]);
    }
}
