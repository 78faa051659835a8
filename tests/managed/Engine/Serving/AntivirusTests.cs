using System.Runtime.Versioning;
using MailModule.Delivery.Forwarding;
using MailModule.Engine.Serving;
using MailModule.Smtp.Server;
using MailModule.Tests.Delivery.Reports;

namespace MailModule.Tests.Engine.Serving;

/// <summary>A script that looks at each message before it is accepted.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class AntivirusTests : CheckedSessions
{
    private const string Harmful = "Subject: x\r\n\r\nharmful\r\n";

    [Theory]
    [InlineData("#if $in_text(HARMFUL)\n#rm\n#endif")]
    [InlineData("!grep -q harmful\n#if $errorlevel = 0\n#rm\n#endif")]
    [InlineData("!grep -q harmful \"$msgfile\"\n#if $errorlevel = 0\n#rm\n#else\n#cp clean\n#endif")]
    [InlineData("#if $text =~ /^harmful$/ && $size_kb = 0 && exist($msgfile)\n#mv bad/things\n#endif")]
    public void What_the_script_stops_is_refused_whoever_sends_it_and_the_rest_is_accepted(string script)
    {
        Script(script);
        foreach (string client in (string[])[Stranger, Trusted])
        {
            Assert.EndsWith(" 354 554 5.7.1 Message refused: it was found harmful\r\n",
                Dialogue(client, "ann", content: Harmful), StringComparison.Ordinal);
            Assert.EndsWith("queued as report0001\r\n", Dialogue(client, "ann"), StringComparison.Ordinal);
        }
        Assert.Contains(Lines(), line => line.StartsWith(
            $"refused by antivirus: {Path.Combine(Folder, "scan")}:", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_moved_or_copied_is_kept_as_it_came()
    {
        Script("#if $in_text(harmful)\n#cp seen\n#mv bad\n#rm\n#endif");
        Dialogue(Stranger, "ann", content: Harmful);
        foreach (string folder in (string[])["seen", "bad"])
            Assert.Equal(Harmful, File.ReadAllText(Assert.Single(
                Directory.GetFiles(Path.Combine(Folder, "quarantine", folder)))));
    }

    [Theory]
    [InlineData("#if (\n#endif")]
    [InlineData("!eval $text")]
    [InlineData("#if 1\nann@example.org\n#endif")]
    [InlineData("!kill -9 $$")]
    [InlineData("!there-is-no-such-scanner")]
    [InlineData(null)]
    public void Where_nobody_can_tell_the_message_waits(string? script)
    {
        Script(script);
        Assert.EndsWith(" 354 451 4.3.0 The message could not be checked, try again later\r\n",
            Dialogue(Trusted, "ann"), StringComparison.Ordinal);
        Assert.Contains(Lines(), line => line.StartsWith("antivirus: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_long_message_is_scanned_and_stored_whole_however_slow_the_spool_is(bool isSlow)
    {
        Script("!test \"$(wc -c < \"$msgfile\")\" -gt 500000\n#if $errorlevel = 0\n#cp long\n#endif");
        var spool = new DsnSpool { IsSlow = isSlow, SlowAfter = 2000 };
        string text = "Subject: x\r\n\r\n" + string.Concat(Enumerable.Range(0, 6000).Select(
            i => $"{i:d6} {new string('x', 90)}\r\n"));
        using SteppedClient client = From(Stranger, new SmtpBackend(Dependencies with { Spool = spool }, null));
        client.Send("MAIL FROM:<eve@example.net>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n");
        Assert.StartsWith("250", client.Send(text + ".\r\n"), StringComparison.Ordinal);
        Assert.EndsWith(text, Assert.Single(spool.Messages).Octets, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(Assert.Single(
            Directory.GetFiles(Path.Combine(Folder, "quarantine", "long")))));
    }

    [Fact]
    public async Task More_messages_than_scripts_at_once_wait_for_their_turn()
    {
        Script("!true\n");
        Task<string>[] dialogues = [.. Enumerable.Range(0, 3 * Checks.Antivirus.Width)
            .Select(_ => Task.Factory.StartNew(
                () => OneMessage(), default, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Assert.All(await Task.WhenAll(dialogues),
            reply => Assert.Contains("queued as", reply, StringComparison.Ordinal));
    }

    [Fact]
    public void A_script_of_garbage_has_errors_or_steps_and_nothing_else()
    {
        var random = new Random(3);
        const string letters = "#!if mvrcp\n$()'\"\\&|=~/@\0\u00e9";
        for (int i = 0; i < 500; i++)
        {
            byte[] octets = [.. Enumerable.Range(0, random.Next(80))
                .Select(_ => (byte)letters[random.Next(letters.Length)])];
            ScanScript script = ScanScript.Parse(octets);
            Assert.True(script.Steps.Count + script.Errors.Count <= DotForwardParser.ErrorLimit + 2 * octets.Length);
        }
    }

    private string OneMessage()
    {
        var dependencies = Dependencies with { Spool = new DsnSpool() };
        using SteppedClient client = From(Stranger, new SmtpBackend(dependencies, null));
        return Message(client, "ann");
    }

    private void Script(string? text)
    {
        string path = Path.Combine(Folder, "scan");
        if (text is not null)
            File.WriteAllText(path, text + "\n");
        Set("antivirus", path);
    }
}
