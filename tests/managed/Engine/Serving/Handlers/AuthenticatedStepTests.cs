using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Checks;
using MailModule.Dns;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Authentication.Checks;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>What a host's handlers are told of a stranger's message, and what their verdicts change.</summary>
public sealed class AuthenticatedStepTests : CheckedSessions
{
    private const HandlerSteps Transaction = HandlerSteps.Mail | HandlerSteps.Rcpt | HandlerSteps.Domain
        | HandlerSteps.Lookup | HandlerSteps.Data | HandlerSteps.Chunk | HandlerSteps.Message;

    private const string Author = "From: Eve <eve@author.example>\r\nSubject: x\r\n\r\nx\r\n";
    private const string Begun = "MAIL FROM:<eve@author.example>\r\nRCPT TO:<ann@example.org>\r\n";

    private readonly List<string> _seen = [];
    private int _verdict = HandlerVerdict.Continue;

    public AuthenticatedStepTests()
    {
        foreach (string key in (string[])["spf", "dkim_verify", "arc"])
            Set(key, "1");
        Set("dmarc", "enforce");
        Publish("author.example", "v=spf1 -all");
        Publish("_dmarc.author.example", "v=DMARC1; p=reject");
        SignedMail.Publish(Dns, "author.example");
    }

    [Fact]
    public void SPF_is_told_from_MAIL_on_and_all_of_it_with_the_message()
    {
        using SteppedClient client = Connect(Transaction);
        client.Send(Begun + "DATA\r\n");
        Assert.StartsWith("250 ", client.Send(SignedMail.Sign(Author, "author.example") + ".\r\n"),
            StringComparison.Ordinal);
        string spf = "spf helo None, spf Fail";
        Assert.Equal(
            [.. new[] { "Mail", "Rcpt", "Domain", "Lookup", "Data" }.Select(step => $"{step}: {spf}"),
                $"Message: {spf}, dkim Pass, arc None, dmarc Pass"],
            _seen.Where(line => !line.StartsWith("Chunk", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(HandlerVerdict.Continue, "550 5.7.1 Message refused by the DMARC policy")]
    [InlineData(HandlerVerdict.Accept, "250 ")]
    public void What_a_handler_accepts_is_not_judged_again_but_told_all_the_same(int verdict, string reply)
    {
        _verdict = verdict;
        using SteppedClient client = Connect(HandlerSteps.Message);
        client.Send(Begun + "DATA\r\n");
        Assert.StartsWith(reply, client.Send(Author + ".\r\n"), StringComparison.Ordinal);
        Assert.Equal(["Message: spf helo None, spf Fail, dkim None, arc None, dmarc Fail"], _seen);
        if (verdict == HandlerVerdict.Accept)
            Assert.Contains("dmarc=fail", Assert.Single(Spool.Messages).Octets, StringComparison.Ordinal);
    }

    /// <summary>The fields that a handler adds are not the client's.</summary>
    [Theory]
    [InlineData(HandlerSteps.Chunk)]
    [InlineData(HandlerSteps.Data)]
    [InlineData(HandlerSteps.Message)]
    public void The_message_is_checked_as_the_client_has_sent_it(HandlerSteps step)
    {
        using SteppedClient client = Connect(
            step, (_, session) => Assert.Equal(Fault.None, session.AddHeader("From", "us@example.org")));
        client.Send(Begun + "DATA\r\n");
        string text = string.Concat(Enumerable.Repeat("line\r\n", 50_000));
        string message = SignedMail.Sign(Author + text, "author.example");
        for (int at = 0; at < message.Length; at += 10_000)
            client.Send(message[at..Math.Min(message.Length, at + 10_000)]);
        Assert.StartsWith("250 ", client.Send(".\r\n"), StringComparison.Ordinal);
        string stored = Assert.Single(Spool.Messages).Octets;
        Assert.Contains("dkim=pass", stored, StringComparison.Ordinal);
        Assert.Contains("\r\nFrom: us@example.org\r\nDKIM-Signature:", stored, StringComparison.Ordinal);
    }

    /// <summary>Nobody but the host says in its name what it has found out by itself, and the client's text does not
    /// go on with it.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData(" x=pass\r\n", "")]
    [InlineData("\u00ef\u00bb\u00bf", "")]
    [InlineData("Authentication-Results: example.org; x=pass\r\n", "")]
    [InlineData(
        "Authentication-Results: other.example; y=pass\r\n", "Authentication-Results: other.example; y=pass\r\n")]
    public void Results_that_a_handler_adds_stay_as_it_has_written_them(string before, string kept)
    {
        using SteppedClient client = Connect(HandlerSteps.Message,
            (_, session) => Assert.Equal(
                Fault.None, session.AddHeader("Authentication-Results", "example.org; x-scan=pass")));
        _verdict = HandlerVerdict.Accept;
        client.Send(Begun + "DATA\r\n");
        string octets = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(before));
        Assert.StartsWith("250 ", client.Send(octets + Author + ".\r\n"), StringComparison.Ordinal);
        Assert.Contains(
            $"\r\nAuthentication-Results: example.org; x-scan=pass\r\n{kept}From: Eve",
            Assert.Single(Spool.Messages).Octets, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HandlerSteps.Mail, "", "MAIL FROM:<eve@author.example>\r\n", "author.example")]
    [InlineData(HandlerSteps.Message, Begun + "DATA\r\n", Author + ".\r\n", "_dmarc.author.example")]
    public async Task A_step_waits_for_what_it_is_told(HandlerSteps step, string before, string command, string silent)
    {
        var dns = new SilentDns(Dns, silent);
        Resolver = dns;
        using SteppedClient client = Connect(step);
        client.Send(before);
        Task<string> held = Task.Run(() => client.Send(command));
        Assert.True(SpinWait.SpinUntil(() => dns.Waiting == 1, Loop.Long));
        Assert.Empty(_seen);
        dns.Speak();
        await held.WaitAsync(Loop.Long);
        Assert.Single(_seen);
    }

    [Fact]
    public void Who_may_relay_is_told_nothing_and_waits_for_nothing()
    {
        using SteppedClient client = Connect(Transaction, address: Trusted);
        client.Send(Begun + "DATA\r\n");
        Assert.StartsWith("250 ", client.Send(Author + ".\r\n"), StringComparison.Ordinal);
        Assert.All(_seen, line => Assert.EndsWith(": ", line, StringComparison.Ordinal));
        Assert.Empty(Dns.Asked);
    }

    [Fact]
    public void Each_message_of_a_session_has_its_own_results()
    {
        using SteppedClient client = Connect(HandlerSteps.Mail | HandlerSteps.Message);
        Publish("good.example", "v=spf1 +all");
        foreach (string domain in (string[])["author.example", "good.example"])
        {
            client.Send($"MAIL FROM:<eve@{domain}>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n");
            client.Send($"From: eve@{domain}\r\n\r\nx\r\n.\r\n");
        }
        Assert.Equal(["Mail: spf helo None, spf Fail", "Mail: spf helo None, spf Pass"],
            _seen.Where(line => line.StartsWith("Mail", StringComparison.Ordinal)));
        Assert.EndsWith("dmarc None", _seen[^1], StringComparison.Ordinal);
    }

    /// <summary>As a host does that wants logins.</summary>
    [Theory]
    [InlineData("MAIL FROM:<eve@author.example>\r\n", "550 ")]
    [InlineData("SEND FROM:<eve@author.example>\r\n", "502 ")]
    public void A_MAIL_that_was_refused_leaves_nothing_to_the_login_that_follows(string command, string reply)
    {
        _verdict = reply == "550 " ? HandlerVerdict.Reject : HandlerVerdict.Continue;
        using SteppedClient client = Connect(HandlerSteps.Mail | HandlerSteps.Message);
        Assert.StartsWith(reply, client.Send(command), StringComparison.Ordinal);
        _verdict = HandlerVerdict.Continue;
        Assert.StartsWith("235 ", client.Send("AUTH PLAIN AGFubgBzZWNyZXQ=\r\n"), StringComparison.Ordinal);
        client.Send(Begun + "DATA\r\n");
        Assert.StartsWith("250 ", client.Send(Author + ".\r\n"), StringComparison.Ordinal);
        Assert.Equal(["Mail: ", "Message: "], _seen[^2..]);
    }

    /// <summary>Where a handler accepts MAIL and RCPT, no list is asked.</summary>
    [Fact]
    public void Whom_the_good_list_has_speaks_for_no_later_message()
    {
        File.WriteAllText(Path.Combine(Folder, "list"), "eve@good.example\n");
        Set("goodlist", Path.Combine(Folder, "list"));
        Set("greylist", "1");
        using SteppedClient client = Connect(HandlerSteps.Mail | HandlerSteps.Rcpt);
        client.Send("MAIL FROM:<eve@good.example>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n");
        Assert.StartsWith("250 ", client.Send(Author + ".\r\n"), StringComparison.Ordinal);
        _verdict = HandlerVerdict.Accept;
        Assert.Contains("354 ", client.Send(Begun + "DATA\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("550 5.7.1 ", client.Send(Author + ".\r\n"), StringComparison.Ordinal);
    }

    private SteppedClient Connect(
        HandlerSteps steps, Action<HandlerSteps, IHandlerSession>? also = null, string address = Stranger)
    {
        var table = new TestTable(steps)
        {
            Answer = (step, session) =>
            {
                lock (_seen)
                    _seen.Add($"{step}: {string.Join(", ", session.Authentication.Select(Shown))}");
                also?.Invoke(step, session);
                return _verdict;
            },
        };
        var set = new HandlerSet([table], null, Workers.Run, new PendingAnswers(TimeProvider.System), Log.None);
        var client = new SteppedClient(address, Options, new HandledBackend(new SmtpBackend(Dependencies, null), set));
        client.Send("EHLO client.example\r\n");
        return client;
    }

    private static string Shown(MethodResult result)
        => $"{result.Method} {(result.IsHelo ? "helo " : "")}{result.Result}";

    private void Publish(string name, string text)
        => Dns.Ok(name, DnsType.Txt, new TxtRecord(name, TimeSpan.FromMinutes(5), text));
}
