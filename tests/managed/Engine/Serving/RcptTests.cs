using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Tests.Delivery;
using MailModule.Tests.Delivery.Reports;
using MailModule.Tests.Loopback;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>
/// What happens at RCPT, the whole way: octets, <see cref="SmtpSession"/>, <see cref="SmtpBackend"/>, the policy that
/// the settings make, the verdict, the reply.
/// </summary>
public sealed class RcptTests : IDisposable
{
    private const string Stranger = "198.51.100.7";
    private const string RelayClient = "192.0.2.9";
    private const string Config = """
        smtp_name=example.org
        local_domain=example.net
        user=ann;secret;;PS
        user=postmaster;secret;;PS
        user=sender;secret;;S
        smtp_range=192.0.2.0/24
        list=all@example.org;;ann@example.org
        list=here@example.org;;there@example.org
        list=there@example.org;boss@example.com;HERE@example.org,here@example.org
        list=outside@example.org;;here@example.org,ann@example.org
        list=inside@example.org;;outside@example.org,inside@example.org
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("mm-rcpt-").FullName;
    private readonly List<string> _lines = [];
    private readonly Workers _workers = new(4);
    private readonly EngineSettings _settings;
    private readonly SmtpDependencies _dependencies;

    public RcptTests()
    {
        var log = new Log(LogLevel.Debug, (_, _, text) =>
        {
            lock (_lines)
                _lines.Add(text);
        });
        _settings = new EngineSettings(log);
        string file = Path.Combine(_folder, "mail.cfg");
        File.WriteAllText(file, Config);
        Assert.Equal((Fault.None, ""), (_settings.Load(file, out string error), error ?? ""));
        var nobody = new HostCallback(null, RequestAction.None, Inline: false);
        _dependencies = new SmtpDependencies(
            new MemorySpool([]), _workers.Run, nobody, () => _settings.Current.Relay, log);
        _dependencies.Guessing.LateAnswers.Stop(); // nothing comes late
    }

    public void Dispose()
    {
        Assert.True(_workers.Stop(Loop.Long));
        _workers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("ann@example.org", "ann")]
    [InlineData("ANN@EXAMPLE.NET", "ann")]
    [InlineData("postmaster", "postmaster")]
    public void A_user_of_a_local_domain_is_accepted_from_a_stranger(string recipient, string maildrop)
    {
        using SteppedClient client = From(Stranger);
        Assert.Equal("250 2.1.5 Recipient ok\r\n", client.Send($"RCPT TO:<{recipient}>\r\n"));
        Assert.Equal(maildrop, Assert.Single(client.Session.Envelope.Recipients).Maildrop);
    }

    [Fact]
    public void A_list_of_ours_is_accepted_from_a_stranger()
    {
        using SteppedClient client = From(Stranger);
        Assert.Equal("250 2.1.5 Recipient ok\r\n", client.Send("RCPT TO:<all@example.org>\r\n"));
        Assert.NotNull(Assert.Single(client.Session.Envelope.Recipients).Maildrop);
    }

    [Theory]
    [InlineData("here@example.org")]
    [InlineData("There@example.org")]
    public void A_list_that_leads_to_itself_alone_is_refused_as_a_loop_and_logged(string recipient)
    {
        using SteppedClient client = From(Stranger);
        Assert.Equal("550 5.4.6 Mail loop: this address leads to itself alone\r\n",
            client.Send($"RCPT TO:<{recipient}>\r\n"));
        Assert.Empty(client.Session.Envelope.Recipients);
        Assert.Contains(Lines(), line => line.Contains("refused: Loop", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("outside@example.org")]
    [InlineData("inside@example.org")]
    public void A_list_that_leads_out_of_its_circle_is_accepted(string recipient)
    {
        using SteppedClient client = From(Stranger);
        Assert.Equal("250 2.1.5 Recipient ok\r\n", client.Send($"RCPT TO:<{recipient}>\r\n"));
    }

    [Theory]
    [InlineData("nobody@example.org", "550 5.1.1 No such user here\r\n")]
    [InlineData("sender@example.org", "550 5.1.1 No such user here\r\n")]
    [InlineData("bob%example.com@example.org", "550 5.1.1 No such user here\r\n")]
    [InlineData("bob@example.com", "550 5.7.1 Relaying denied\r\n")]
    [InlineData("@example.org:bob@example.com", "550 5.7.1 Relaying denied\r\n")]
    public void What_is_refused_to_a_stranger_is_refused_and_logged(string recipient, string reply)
    {
        using SteppedClient client = From(Stranger);
        Assert.Equal(reply, client.Send($"RCPT TO:<{recipient}>\r\n"));
        Assert.Empty(client.Session.Envelope.Recipients);
        Assert.Contains(Lines(), line => line.Contains(Stranger, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_returned_to_a_sender_that_was_rewritten_is_taken_from_the_null_sender_alone()
    {
        Assert.Equal(Fault.None, _settings.Set("srs", "example.org", out _));
        Assert.True(MailAddress.TryParse("bob@example.com", out MailAddress bob));
        MailAddress made = _settings.Current.Relay.SenderOf(bob, leaves: true);
        using (SteppedClient client = From(Stranger))
            Assert.Equal("550 5.1.1 No such user here\r\n", client.Send($"RCPT TO:<{made}>\r\n"));
        using SteppedClient returning = From(Stranger);
        Assert.StartsWith("250 ", returning.Send("RSET\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250 ", returning.Send("MAIL FROM:<>\r\n"), StringComparison.Ordinal);
        Assert.Equal("550 5.1.1 No such user here\r\n",
            returning.Send($"RCPT TO:<{made.Text.Replace("=bob@", "=bot@")}>\r\n"));
        Assert.Equal("250 2.1.5 Recipient ok\r\n", returning.Send($"RCPT TO:<{made}>\r\n"));
        Assert.NotNull(Assert.Single(returning.Session.Envelope.Recipients).Maildrop);
    }

    [Fact]
    public void An_address_of_smtp_range_may_relay()
    {
        using SteppedClient client = From(RelayClient);
        Assert.Equal("250 2.1.5 Recipient ok\r\n", client.Send("RCPT TO:<bob@example.com>\r\n"));
        Assert.Null(Assert.Single(client.Session.Envelope.Recipients).Maildrop);
        Assert.Equal("550 5.1.1 No such user here\r\n", client.Send("RCPT TO:<nobody@example.org>\r\n"));
    }

    [Fact]
    public void A_recipient_that_is_named_three_times_gets_one_message()
    {
        using SteppedClient client = From(RelayClient);
        foreach (string recipient in (string[])["bob@example.com", "ann@example.org", "BOB@example.com"])
            for (int i = 0; i < 3; i++)
                Assert.Equal("250 2.1.5 Recipient ok\r\n", client.Send($"RCPT TO:<{recipient}>\r\n"));
        client.Send("RCPT TO:<bob@EXAMPLE.com>\r\n");
        Assert.Equal(["bob@example.com", "ann@example.org", "BOB@example.com"],
            client.Session.Envelope.Recipients.Select(one => one.Address.Text));
    }

    [Fact]
    public void Who_is_named_again_with_another_wish_for_reports_is_kept_for_them()
    {
        using SteppedClient client = From(RelayClient);
        client.Send("RCPT TO:<bob@example.com> ORCPT=rfc822;one@example.com\r\n");
        client.Send("RCPT TO:<bob@example.com> ORCPT=rfc822;two@example.com\r\n");
        client.Send("RCPT TO:<bob@example.com> ORCPT=rfc822;two@example.com\r\n");
        Assert.Equal(["rfc822;one@example.com", "rfc822;two@example.com"],
            client.Session.Envelope.Recipients.Select(one => one.OriginalRecipient));
    }

    [Fact]
    public void A_login_with_the_right_password_may_relay_and_one_with_a_wrong_one_may_not()
    {
        using var client = new SteppedClient(Stranger, Options, new SmtpBackend(_dependencies, null));
        client.Send("EHLO client.example\r\n");
        Assert.StartsWith("535 ", client.Send(Plain("sender", "wrong")), StringComparison.Ordinal);
        client.Send("MAIL FROM:<a@example.com>\r\n");
        Assert.Equal("550 5.7.1 Relaying denied\r\n", client.Send("RCPT TO:<bob@example.com>\r\n"));
        client.Send("RSET\r\n");
        Assert.StartsWith("235 ", client.Send(Plain("sender", "secret")), StringComparison.Ordinal);
        client.Send("MAIL FROM:<a@example.com>\r\n");
        Assert.Equal("250 2.1.5 Recipient ok\r\n", client.Send("RCPT TO:<bob@example.com>\r\n"));
    }

    [Theory]
    [InlineData(Stranger, ReturnContent.Default, Notify.Failure, Notify.Never)]
    [InlineData(RelayClient, ReturnContent.Full, Notify.Success | Notify.Failure, Notify.Success)]
    public void What_a_stranger_asks_of_reports_is_taken_and_success_and_full_are_ignored(
        string client, ReturnContent returned, Notify both, Notify success)
    {
        using SteppedClient one = From(client, " RET=FULL ENVID=QQ314");
        foreach (string notify in (string[])["SUCCESS,FAILURE", "SUCCESS"])
            Assert.Equal("250 2.1.5 Recipient ok\r\n",
                one.Send($"RCPT TO:<ann@example.org> NOTIFY={notify} ORCPT=rfc822;ann@example.org\r\n"));
        Envelope envelope = one.Session.Envelope;
        Assert.Equal((client == Stranger, returned), (envelope.IsFromStranger, envelope.Return));
        Assert.Equal([both, success], envelope.Recipients.Select(recipient => recipient.Notify));
        Assert.StartsWith("501 ", one.Send("RCPT TO:<ann@example.org> NOTIFY=SOMETIMES\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Stranger, true)]
    [InlineData(RelayClient, false)]
    public void Mail_of_strangers_avoids_inner_addresses(string address, bool avoidsInner)
    {
        using SteppedClient client = From(address);
        Assert.Equal(avoidsInner, client.Session.Envelope.AvoidsInner);
    }

    [Fact]
    public void Mail_of_a_login_does_not_avoid_private_addresses()
    {
        using var client = new SteppedClient(Stranger, Options, new SmtpBackend(_dependencies, null));
        client.Send("EHLO client.example\r\n");
        Assert.StartsWith("235 ", client.Send(Plain("sender", "secret")), StringComparison.Ordinal);
        client.Send("MAIL FROM:<a@example.com>\r\n");
        Assert.False(client.Session.Envelope.AvoidsInner);
    }

    [Fact]
    public void After_a_login_what_is_asked_of_reports_counts()
    {
        using var client = new SteppedClient(Stranger, Options, new SmtpBackend(_dependencies, null));
        client.Send("EHLO client.example\r\n");
        Assert.StartsWith("235 ", client.Send(Plain("sender", "secret")), StringComparison.Ordinal);
        client.Send("MAIL FROM:<a@example.com> RET=FULL\r\nRCPT TO:<ann@example.org> NOTIFY=SUCCESS\r\n");
        Envelope envelope = client.Session.Envelope;
        Assert.Equal((false, ReturnContent.Full, Notify.Success),
            (envelope.IsFromStranger, envelope.Return, envelope.Recipients.Single().Notify));
    }

    [Theory]
    [InlineData("Delivered-To: all@example.org", "all@example.org", "554 5.4.6 ")]
    [InlineData("delivered-to: <ALL@EXAMPLE.ORG>", "all@example.org", "554 5.4.6 ")]
    [InlineData("Delivered-To: ann@example.org", "all@example.org", "250 ")]
    [InlineData("Delivered-To: all@example.org", "ann@example.org", "250 ")]
    [InlineData("Subject: x\r\n\r\nDelivered-To: all@example.org", "all@example.org", "250 ")]
    public void A_message_that_a_list_has_had_before_is_refused_at_its_end(string field, string to, string reply)
    {
        var backend = new SmtpBackend(_dependencies with { Spool = new DsnSpool() }, null);
        using var client = new SteppedClient(Stranger, Options, backend);
        client.Send($"EHLO client.example\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<{to}>\r\nDATA\r\n");
        string answer = client.Send($"{field}\r\n\r\nx\r\n.\r\n");
        Assert.StartsWith(reply, answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_that_changes_counts_from_the_next_recipient_on()
    {
        using SteppedClient client = From(Stranger);
        Assert.Equal("550 5.7.1 Relaying denied\r\n", client.Send("RCPT TO:<ann@example.edu>\r\n"));
        Assert.Equal(Fault.None, _settings.Set("local_domain", "example.edu", out _));
        Assert.Equal("250 2.1.5 Recipient ok\r\n", client.Send("RCPT TO:<ann@example.edu>\r\n"));
    }

    private static SmtpServerOptions Options { get; } = new() { HostName = "example.org", OfferAuth = true };

    private static string Plain(string user, string password)
        => $"AUTH PLAIN {Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password}"))}\r\n";

    private SteppedClient From(string address, string parameters = "")
    {
        var client = new SteppedClient(address, Options, new SmtpBackend(_dependencies, null));
        client.Send($"EHLO client.example\r\nMAIL FROM:<a@example.com>{parameters}\r\n");
        return client;
    }

    private string[] Lines()
    {
        lock (_lines)
            return [.. _lines];
    }
}
