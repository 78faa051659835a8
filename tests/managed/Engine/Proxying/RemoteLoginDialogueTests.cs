using System.Text;
using System.Text.RegularExpressions;
using MailModule.Engine.Proxying;
using MailModule.Engine.Settings;
using MailModule.Lines;
using MailModule.Pop3.Client;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Proxying;

/// <summary>The login at the other server, by what that says; however its octets are cut.</summary>
public class RemoteLoginDialogueTests
{
    private const string Capa = "+OK\r\nUSER\r\n.\r\n";
    private static readonly int[] s_cuts = [1, 7, int.MaxValue];

    [Theory]
    [InlineData("+OK hi\r\n|" + Capa + "|+OK\r\n|+OK in\r\n", "CAPA|USER joe|PASS pencil|", "True False in")]
    [InlineData("+OK hi\r\n|-ERR what\r\n|+OK\r\n|+OK\r\n", "CAPA|USER joe|PASS pencil|", "True False logged in")]
    [InlineData("+OK\r\n|" + Capa + "|+OK\r\n|-ERR no such\r\n", "CAPA|USER joe|PASS pencil|",
        "False True [AUTH] h:110 says: no such")]
    [InlineData("+OK\r\n|" + Capa + "|+OK\r\n|-ERR [IN-USE] locked\r\n", "CAPA|USER joe|PASS pencil|",
        "False False [IN-USE] h:110 says: locked")]
    [InlineData("+OK\r\n|" + Capa + "|+OK\r\n|-ERR [sys/temp] later\r\n", "CAPA|USER joe|PASS pencil|",
        "False False [SYS/TEMP] h:110 says: later")]
    [InlineData("-ERR go away\r\n", "", "False False [SYS/TEMP] h:110: it says: go away")]
    [InlineData("HTTP/1.1 400 Bad\r\n", "",
        "False False [SYS/TEMP] h:110: what the server says is no answer of POP3: \"HTTP/1.1 400 Bad\"", int.MaxValue)]
    [InlineData("+OK <1.2@h>\r\n|" + Capa + "|+OK in\r\n", "CAPA|APOP *|", null)]
    [InlineData("+OK\r\n|+OK\r\nSASL PLAIN\r\nUSER\r\n.\r\n|-ERR [AUTH] no\r\n", "CAPA|AUTH PLAIN AGpvZQBwZW5jaWw=|",
        "False True [AUTH] h:110 says: no")]
    [InlineData("+OK\r\n|+OK\r\nSASL PLAIN\r\nUSER\r\n.\r\n|-ERR what\r\n|+OK\r\n|+OK in\r\n",
        "CAPA|AUTH PLAIN AGpvZQBwZW5jaWw=|USER joe|PASS pencil|", "True False in")]
    [InlineData("+OK\r\n|" + Capa + "|-ERR [SYS/PERM] none\r\n", "CAPA|USER joe|",
        "False False [SYS/PERM] h:110 says: none")]
    [InlineData("+OK\r\n|+OK\r\nSASL GSSAPI\r\n.\r\n", "CAPA|",
        "False False [SYS/TEMP] h:110: it offers no way to log in that is known here")]
    [InlineData("+OK\r\n|" + Capa + "|+OK\r\n|+OK in\r\n+OK more\r\n", "CAPA|USER joe|PASS pencil|",
        "False False [SYS/TEMP] h:110: it answered before it was asked", int.MaxValue)]
    [InlineData("+OK <1.2@h>\r\n|+OK\r\nSASL PLAIN LOGIN\r\nUSER\r\n.\r\n|-ERR no\r\n|+OK\r\n|-ERR no again\r\n",
        "CAPA|APOP *|USER joe|PASS pencil|", "False True [AUTH] h:110 says: no again")]
    public void What_the_server_says_decides(string said, string expected, string? outcome, int only = 0)
    {
        foreach (int cut in only > 0 ? [only] : s_cuts)
        {
            (string heard, RemoteLoginOutcome? came, _) = Talk(said, cut, new RemoteLoginRules(true, false));
            Assert.Equal(expected, Regex.Replace(heard, "APOP joe [0-9a-f]{32}", "APOP *"));
            if (outcome is not null)
                Assert.Equal(outcome, $"{came?.IsAccepted} {came?.IsRefusal} {came?.Text}");
        }
    }

    [Fact]
    public void A_server_that_closes_after_a_wrong_password_has_refused_it()
    {
        RemoteLoginDialogue dialogue = NewDialogue(new RemoteLoginRules(true, false), []);
        var output = new Output();
        foreach (string part in (string[])["+OK <1.2@h>\r\n", Capa, "-ERR wrong\r\n"])
        {
            ReadOnlySpan<byte> input = Encoding.Latin1.GetBytes(part);
            Assert.Equal(RemoteLoginStep.Input, dialogue.Advance(ref input, new MemoryPeer(), output));
        }
        RemoteLoginOutcome outcome = dialogue.Lost("it closed the connection");
        Assert.Equal((true, "[AUTH] h:110 says: wrong"), (outcome.IsRefusal, outcome.Text));
    }

    [Fact]
    public void Without_tls_no_password_is_told_nor_anything_by_which_it_is_found_out()
    {
        (string heard, RemoteLoginOutcome? outcome, _) = Talk(
            "+OK <1.2@h>\r\n|+OK\r\nUSER\r\nSASL PLAIN LOGIN CRAM-MD5\r\n.\r\n", 1, default);
        Assert.Equal("CAPA|", heard);
        Assert.Equal(
            "[SYS/PERM] h:110: there is no TLS, and the password does not go there in clear text", outcome!.Text);
    }

    [Fact]
    public void With_tls_what_was_told_before_does_not_count()
    {
        foreach (int cut in s_cuts)
        {
            (string heard, RemoteLoginOutcome? outcome, _) = Talk(
                "+OK\r\n|+OK\r\nSTLS\r\nSASL PLAIN\r\n.\r\n|+OK go\r\n|+OK\r\nUTF8 USER\r\nUSER\r\n.\r\n"
                    + "|+OK\r\n|+OK\r\n|+OK in\r\n",
                cut, new RemoteLoginRules(false, IsUtf8: true));
            Assert.Equal("CAPA|STLS|CAPA|UTF8|USER joe|PASS pencil|", heard);
            Assert.True(outcome!.IsAccepted);
        }
    }

    [Fact]
    public void Octets_in_clear_behind_the_answer_to_stls_are_the_end()
    {
        (string heard, RemoteLoginOutcome? outcome, _) = Talk(
            "+OK\r\n|+OK\r\nSTLS\r\n.\r\n|+OK go\r\n+OK injected\r\n|", int.MaxValue, default);
        Assert.Equal("CAPA|STLS|", heard);
        Assert.Equal("[SYS/TEMP] h:110: it answered before it was asked", outcome!.Text);
    }

    [Fact]
    public void An_answer_to_capa_without_end_is_the_end()
    {
        string lines = string.Concat(Enumerable.Repeat("X-FEATURE of some length\r\n", 4000));
        (_, RemoteLoginOutcome? outcome, _) = Talk("+OK\r\n|+OK\r\n" + lines, 4096, default);
        Assert.Equal("[SYS/TEMP] h:110: its answer to CAPA has no end", outcome!.Text);
    }

    [Fact]
    public void Garbage_is_no_fault_and_no_login()
    {
        var random = new Random(3);
        for (int i = 0; i < 3000; i++)
        {
            var octets = new byte[random.Next(200)];
            random.NextBytes(octets);
            string garbage = Encoding.Latin1.GetString(octets).Replace('|', '!');
            string before = "+OK\r\n|+OK\r\nUSER\r\n.\r\n|+OK\r\n|"[..new[] { 0, 6, 21, 27 }[random.Next(4)]];
            (_, RemoteLoginOutcome? outcome, _) = Talk(before + garbage, 11, new RemoteLoginRules(true, false));
            Assert.NotEqual(true, outcome?.IsAccepted);
        }
    }

    [Fact]
    public void A_trace_has_no_password()
    {
        foreach (string said in (string[])[
            "+OK\r\n|" + Capa + "|+OK\r\n|-ERR bad password pencil\r\n",
            "+OK <1.2@h>\r\n|" + Capa + "|+OK in\r\n",
            "+OK\r\n|+OK\r\nSASL LOGIN\r\n.\r\n|+ VXNlcg==\r\n|+ UGFzcw==\r\n|+OK in\r\n"])
        {
            (_, _, List<string> trace) = Talk(said, 5, new RemoteLoginRules(true, false));
            Assert.NotEmpty(trace);
            Assert.DoesNotContain(trace, line => line.Contains("pencil", StringComparison.Ordinal)
                || line.Contains("cGVuY2ls", StringComparison.Ordinal));
        }
    }

    private static RemoteLoginDialogue NewDialogue(RemoteLoginRules rules, List<string> trace)
    {
        Assert.True(ProxyHosts.TryParse("h", out ProxyHosts hosts));
        Assert.True(ProxiedLogin.TryParse("ann#joe#h", "x#pencil"u8, hosts, out ProxiedLogin? login));
        return new RemoteLoginDialogue(
            login!, rules, new Pop3Trace((TraceDirection _, string text) => trace.Add(text)));
    }

    /// <param name="said">What the server says; at each bar it waits for what the client says next.</param>
    /// <returns>The lines of the client, each with a bar behind it.</returns>
    private static (string Heard, RemoteLoginOutcome? Outcome, List<string> Trace) Talk(
        string said, int cut, RemoteLoginRules rules)
    {
        List<string> trace = [];
        var peer = new MemoryPeer();
        RemoteLoginDialogue dialogue = NewDialogue(rules, trace);
        var output = new Output();
        var heard = new StringBuilder();
        RemoteLoginStep step = RemoteLoginStep.Input;
        byte[] waiting = [];
        foreach (string part in said.Split('|'))
            for (int at = 0; at < part.Length && step == RemoteLoginStep.Input; at += Math.Min(cut, part.Length - at))
            {
                string piece = part.Substring(at, Math.Min(cut, part.Length - at));
                step = Give([.. waiting, .. Encoding.Latin1.GetBytes(piece)]);
            }
        return (heard.ToString(), dialogue.Outcome, trace);

        RemoteLoginStep Give(byte[] octets)
        {
            ReadOnlySpan<byte> input = octets;
            RemoteLoginStep next = dialogue.Advance(ref input, peer, output);
            if (next == RemoteLoginStep.StartTls)
            {
                peer.IsTls = true;
                next = dialogue.Advance(ref input, peer, output);
            }
            waiting = input.ToArray();
            heard.Append(Encoding.UTF8.GetString(output.Written).Replace("\r\n", "|", StringComparison.Ordinal));
            output.Clear();
            return next;
        }
    }
}
