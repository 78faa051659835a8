using System.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;
using static MailModule.Tests.Smtp.Client.ClientDialogue;

namespace MailModule.Tests.Smtp.Client;

public class SmtpClientLoginTests
{
    private const string Mail = "MAIL FROM:<ann@a.example>\n";
    private static readonly Credentials s_tim = new("tim", "tanstaaftanstaaf");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Plain_goes_in_one_line(int cut)
    {
        ClientDialogue server = Begin("PLAIN", out string said, cut);
        Assert.Equal("AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\n", said); // RFC 4616 §4
        Assert.Equal(Mail, server.Say("235 2.7.0 welcome\n"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Login_goes_in_two_answers(int cut)
    {
        ClientDialogue server = Begin("LOGIN", out string said, cut);
        Assert.Equal("AUTH LOGIN\n", said);
        Assert.Equal("dGlt\n", server.Say("334 VXNlcm5hbWU6\n"));
        Assert.Equal("dGFuc3RhYWZ0YW5zdGFhZg==\n", server.Say("334 UGFzc3dvcmQ6\n"));
        Assert.Equal(Mail, server.Say("235 welcome\n"));
    }

    [Fact]
    public void Cram_md5_is_as_in_its_standard()
    {
        // RFC 2195 §2
        ClientDialogue server = Begin("CRAM-MD5", out string said);
        Assert.Equal("AUTH CRAM-MD5\n", said);
        Assert.Equal("dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\n",
            server.Say("334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\n"));
        Assert.Equal(Mail, server.Say("235 welcome\n"));
    }

    [Fact]
    public void The_strongest_comes_first_and_the_next_where_one_is_not_known()
    {
        ClientDialogue server = Begin("LOGIN PLAIN CRAM-MD5 SCRAM-SHA-256", out string said);
        Assert.StartsWith("AUTH SCRAM-SHA-256 biws", said, StringComparison.Ordinal); // "n,,"
        Assert.Equal("AUTH CRAM-MD5\n", server.Say("504 5.5.4 not known\n"));
        Assert.StartsWith("AUTH PLAIN ", server.Say("534 5.7.9 too weak\n"), StringComparison.Ordinal);
        Assert.Equal("AUTH LOGIN\n", server.Say("504 not known\n"));
        Assert.Equal("QUIT\n", server.Say("504 not known\n"));
        server.Lose();
        Assert.Equal((Fault.RefusedPermanent, 504, SmtpStage.Auth),
            (server.Fault, server.Words!.Code, server.Session.Stage));
    }

    [Theory]
    [InlineData("535 5.7.8 not that way\n")]
    [InlineData("500 5.5.6 too long\n")]
    [InlineData("501 5.5.2 what\n")]
    [InlineData("504 5.5.4 not known\n")]
    [InlineData("554 5.7.0 not for you\n")]
    public void A_mechanism_that_is_refused_is_followed_by_the_next(string refusal)
    {
        ClientDialogue server = Begin("LOGIN PLAIN CRAM-MD5", out _);
        Assert.StartsWith("AUTH PLAIN ", server.Say(refusal), StringComparison.Ordinal);
        Assert.Equal("AUTH LOGIN\n", server.Say(refusal));
        Assert.Equal("dGlt\n", server.Say("334 VXNlcm5hbWU6\n"));
        Assert.Equal("dGFuc3RhYWZ0YW5zdGFhZg==\n", server.Say("334 UGFzc3dvcmQ6\n"));
        Assert.Equal(Mail, server.Say("235 welcome\n"));
    }

    [Fact]
    public void A_mechanism_that_is_refused_after_its_challenge_is_followed_by_the_next()
    {
        ClientDialogue server = Begin("CRAM-MD5 PLAIN", out _);
        server.Say("334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\n");
        Assert.StartsWith("AUTH PLAIN ", server.Say("535 5.7.8 not that way\n"), StringComparison.Ordinal);
        Assert.Equal(Mail, server.Say("235 welcome\n"));
    }

    [Fact]
    public void No_refusal_makes_a_password_go_where_it_may_not()
    {
        ClientDialogue server = Begin("SCRAM-SHA-256 CRAM-MD5 PLAIN LOGIN", out _, clear: false);
        Assert.Equal("QUIT\n", server.Say("535 5.7.8 no\n"));
        server.Lose();
        Assert.Equal((Fault.RefusedPermanent, 535), (server.Fault, server.Words!.Code));
    }

    [Theory]
    [InlineData("504 not known\n", Fault.RefusedPermanent)]
    [InlineData("421 4.7.0 too many errors\n", Fault.RefusedPermanent)]
    [InlineData("", Fault.RefusedPermanent)]
    public void A_wrong_password_is_told_whatever_follows_it(string last, Fault fault)
    {
        ClientDialogue server = Begin("PLAIN LOGIN", out _);
        server.Say("535 5.7.8 bad password\n");
        if (last.Length > 0)
            server.Say(last);
        server.Lose();
        Assert.Equal((fault, 535, SmtpStage.Auth), (server.Fault, server.Words!.Code, server.Session.Stage));
    }

    [Fact]
    public void A_server_that_says_421_with_its_last_refusal_has_said_why()
    {
        ClientDialogue server = Begin("PLAIN LOGIN", out _);
        server.Say("535 5.7.8 bad password\n421 4.7.0 too many errors\n");
        server.Lose();
        Assert.Equal((Fault.RefusedPermanent, 535, SmtpStage.Auth),
            (server.Fault, server.Words!.Code, server.Session.Stage));
    }

    [Theory]
    [InlineData("Username:", "Password:")]
    [InlineData("ok, and you are?", "")]
    [InlineData("Username", "Password")] // both are base64 by chance
    [InlineData("VXNlcm5hbWU6", "pass word!")]
    public void Login_is_answered_whatever_the_prompts_are(string first, string second)
    {
        ClientDialogue server = Begin("LOGIN", out _);
        Assert.Equal("dGlt\n", server.Say($"334 {first}\n"));
        Assert.Equal("dGFuc3RhYWZ0YW5zdGFhZg==\n", server.Say($"334 {second}\n"));
        Assert.Equal(Mail, server.Say("235 welcome\n"));
    }

    [Fact]
    public void Login_is_answered_though_the_prompt_has_two_lines()
    {
        ClientDialogue server = Begin("LOGIN", out _);
        Assert.Equal("dGlt\n", server.Say("334-Hello\n334 Username:\n"));
    }

    [Theory]
    [InlineData("535 5.7.8 bad password\n", Fault.RefusedPermanent, 535)]
    [InlineData("454 4.7.0 later\n", Fault.RefusedTemporary, 454)]
    [InlineData("432 change it\n", Fault.RefusedTemporary, 432)]
    [InlineData("421 down\n", Fault.RefusedTemporary, 421)]
    [InlineData("250 ok\n", Fault.Protocol, 250)]
    [InlineData("354 go\n", Fault.Protocol, 354)]
    public void A_refused_login_is_no_message_of_ours(string answer, Fault fault, int code)
    {
        SmtpClientTransaction message = Message("x\n", "bob@b.example");
        ClientDialogue server = Begin(answer.StartsWith('5') ? "PLAIN" : "PLAIN LOGIN", out _, message: message);
        string said = server.Say(answer);
        Assert.DoesNotContain("AUTH", said, StringComparison.Ordinal);
        Assert.Equal(Next.Close, server.Last);
        server.Lose();
        Assert.Equal((fault, code, SmtpStage.Auth), (server.Fault, server.Words!.Code, server.Session.Stage));
        Assert.Equal((false, 0), (message.IsFinal(0), server.CompletedCount));
    }

    [Theory]
    [InlineData("PLAIN LOGIN", Fault.Tls)]
    [InlineData("LOGIN", Fault.Tls)]
    [InlineData("CRAM-MD5", Fault.Tls)]
    [InlineData("LOGIN CRAM-MD5 PLAIN", Fault.Tls)]
    [InlineData("GSSAPI XOAUTH2", Fault.RefusedPermanent)]
    [InlineData("", Fault.RefusedPermanent)]
    public void A_password_does_not_cross_the_wire_without_leave(string offered, Fault fault)
    {
        ClientDialogue server = Begin(offered, out string said, clear: false);
        Assert.Equal("QUIT\n", said);
        server.Lose();
        Assert.Equal((fault, SmtpStage.Auth), (server.Fault, server.Session.Stage));
        Assert.NotEmpty(server.Session.FaultText);
    }

    [Fact]
    public void Within_tls_it_may()
    {
        var server = new ClientDialogue(StartTlsUse.IfOffered, login: s_tim, work: Message("x\n", "bob@b.example"));
        server.Say("220 hi\n");
        Assert.Equal("STARTTLS\n", server.Say("250-x\n250-AUTH PLAIN\n250 STARTTLS\n"));
        server.Say("220 go\n");
        Assert.StartsWith("AUTH PLAIN ", server.Say("250-x\n250 AUTH PLAIN\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Within_tls_a_login_is_bound_to_the_certificate()
    {
        Assert.StartsWith("AUTH SCRAM-SHA-256-PLUS cD10bHMtc2VydmVyLWVuZC1wb2ludCws", // "p=tls-server-end-point,,"
            LoginWithin(new byte[32], "SCRAM-SHA-256 SCRAM-SHA-256-PLUS PLAIN"), StringComparison.Ordinal);
        Assert.StartsWith("AUTH SCRAM-SHA-256 eSws", // "y,,": the offer may have been changed
            LoginWithin(new byte[32], "SCRAM-SHA-256 PLAIN"), StringComparison.Ordinal);
        Assert.StartsWith("AUTH SCRAM-SHA-256 biws",
            LoginWithin(null, "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN"), StringComparison.Ordinal);

        static string LoginWithin(byte[]? binding, string offered)
        {
            var server = new ClientDialogue(
                StartTlsUse.IfOffered, login: s_tim, work: Message("x\n", "bob@b.example"))
            {
                EndPointBinding = binding,
            };
            server.Say("220 hi\n");
            server.Say("250-x\n250 STARTTLS\n");
            server.Say("220 go\n");
            return server.Say($"250-x\n250 AUTH {offered}\n");
        }
    }

    [Fact]
    public void A_server_that_only_knows_helo_cannot_be_logged_in_at()
    {
        var server = new ClientDialogue(login: s_tim, clear: true, work: Message("x\n", "bob@b.example"));
        server.Say("220 hi\n");
        server.Say("502 what\n");
        Assert.Equal("QUIT\n", server.Say("250 hello\n"));
        server.Lose();
        Assert.Equal(Fault.RefusedPermanent, server.Fault);
    }

    [Theory]
    [InlineData("250-x\n250-AUTH=LOGIN\n250 SIZE 1\n")]
    [InlineData("250-x\n250-AUTH=LOGIN CRAM\n250-AUTH GSSAPI\n250 SIZE\n")]
    [InlineData("250-x\n250 auth  login \n")]
    public void Mechanisms_are_found_in_old_forms_too(string ehlo)
    {
        var server = new ClientDialogue(login: s_tim, clear: true, work: Message("x\n", "bob@b.example"));
        server.Say("220 hi\n");
        Assert.Equal("AUTH LOGIN\n", server.Say(ehlo));
    }

    [Theory]
    [InlineData("334 not base64!\n")]
    [InlineData("334 VXNlcm5hbWU6=\n")]
    [InlineData("334 VXNlcm5hbWU\n")]
    [InlineData("334-VXNl\n334 VXNl\n")]
    public void A_challenge_that_is_no_base64_cancels_the_exchange(string challenge)
    {
        ClientDialogue server = Begin("CRAM-MD5", out _);
        Assert.Equal("*\nQUIT\n", server.Say(challenge));
        server.Lose();
        Assert.Equal((Fault.Protocol, SmtpStage.Auth), (server.Fault, server.Session.Stage));
    }

    [Fact]
    public void A_challenge_too_many_cancels_the_exchange()
    {
        ClientDialogue server = Begin("PLAIN", out _);
        Assert.Equal("*\nQUIT\n", server.Say("334 \n"));
    }

    [Fact]
    public void Success_without_the_servers_proof_is_not_believed()
    {
        ClientDialogue server = Begin("SCRAM-SHA-256 PLAIN", out _, clear: false);
        Assert.Equal("QUIT\n", server.Say("235 welcome\n"));
        server.Lose();
        Assert.Equal(Fault.Protocol, server.Fault);
        Assert.Contains("proof", server.Session.FaultText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_proof_of_the_server_is_not_believed()
    {
        ClientDialogue server = Begin("SCRAM-SHA-256", out string said, clear: false);
        string first = Encoding.ASCII.GetString(Convert.FromBase64String(said["AUTH SCRAM-SHA-256 ".Length..^1]));
        string nonce = first[(first.IndexOf(",r=", StringComparison.Ordinal) + 3)..];
        string final = Encoding.ASCII.GetString(
            Convert.FromBase64String(server.Say($"334 {Base64($"r={nonce}x,s=AAAA,i=4096")}\n").Trim()));
        Assert.StartsWith($"c=biws,r={nonce}x,p=", final, StringComparison.Ordinal);
        Assert.Equal("*\nQUIT\n", server.Say($"334 {Base64("v=" + Convert.ToBase64String(new byte[32]))}\n"));
        server.Lose();
        Assert.Equal(Fault.Protocol, server.Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ok. go on")]
    [InlineData("T2ssIGdvIG9uLg==")]
    public void A_first_answer_that_makes_the_line_too_long_comes_after_a_prompt(string prompt)
    {
        var server = new ClientDialogue(
            login: new Credentials("tim", new string('x', 600)), clear: true, work: Message("x\n", "bob@b.example"));
        server.Say("220 hi\n");
        Assert.Equal("AUTH PLAIN\n", server.Say("250-x\n250 AUTH PLAIN\n"));
        string answer = server.Say($"334 {prompt}\n");
        Assert.Equal($"\0tim\0{new string('x', 600)}",
            Encoding.ASCII.GetString(Convert.FromBase64String(answer.Trim())));
        Assert.Equal(Mail, server.Say("235 welcome\n"));
    }

    [Fact]
    public void A_loss_or_silence_during_the_login_begins_no_message()
    {
        foreach (string[] heard
            in (string[][])[[], ["334 VXNlcm5hbWU6\n"], ["334 VXNlcm5hbWU6\n", "334 UGFzc3dvcmQ6\n"]])
            foreach (bool silent in (bool[])[false, true])
            {
                SmtpClientTransaction message = Message("x\n", "bob@b.example");
                ClientDialogue server = Begin("LOGIN", out _, message: message);
                foreach (string line in heard)
                    server.Say(line);
                if (silent)
                    server.Expire();
                server.Lose();
                Assert.Equal((silent ? Fault.Timeout : Fault.Closed, SmtpStage.Auth),
                    (server.Fault, server.Session.Stage));
                Assert.Equal((false, 0), (message.IsFinal(0), server.CompletedCount));
            }
    }

    /// <summary>RFC 4954 §5.</summary>
    [Theory]
    [InlineData("e=mc2@example.com", "AUTH PLAIN", true, " AUTH=e+3Dmc2@example.com")]
    [InlineData("e=mc2@example.com", "AUTH PLAIN", false, " AUTH=e+3Dmc2@example.com")]
    [InlineData("e=mc2@example.com", "AUTH=PLAIN", false, " AUTH=e+3Dmc2@example.com")]
    [InlineData("e=mc2@example.com", "DSN", false, "")]
    [InlineData("a.@example.com", "AUTH PLAIN", false, " AUTH=\"a.\"@example.com")]
    [InlineData("", "AUTH PLAIN", true, " AUTH=<>")]
    [InlineData("", "AUTH PLAIN", false, "")]
    [InlineData(null, "AUTH PLAIN", true, "")]
    public void Who_submitted_a_message_is_told_to_servers_with_auth_and_that_nobody_knows_where_we_log_in(
        string? submitter, string offered, bool login, string expected)
    {
        var message = new SmtpClientTransaction(
            Address("ann@a.example"), [new Recipient(Address("bob@b.example"), null)], new TextOf("x\n"))
        {
            Submitter = submitter is null ? null : submitter.Length == 0 ? MailAddress.Null : Address(submitter),
        };
        var server = new ClientDialogue(login: login ? s_tim : null, clear: true, work: message);
        server.Say("220 hi\n");
        string said = server.Say($"250-server.example\n250 {offered}\n");
        if (login)
            said = server.Say("235 welcome\n");
        Assert.Equal($"MAIL FROM:<ann@a.example>{expected}\n", said);
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "")]
    public void A_message_that_is_relayed_is_not_said_to_be_ours(bool isRelayed, string? submitter)
    {
        var envelope = new Envelope { ReversePath = Address("ann@a.example") };
        SmtpClientTransaction Transaction()
            => SmtpClientTransaction.Of(envelope, [], new TextOf("x\n"), isRelayed: isRelayed);
        Assert.Equal(submitter, Transaction().Submitter?.Text);
        envelope.Submitter = Address("bob@b.example");
        Assert.Equal("bob@b.example", Transaction().Submitter?.Text);
    }

    private static ClientDialogue Begin(
        string offered, out string said, int cut = 0, bool clear = true, SmtpClientTransaction? message = null)
    {
        var server = new ClientDialogue(
            cut: cut, login: s_tim, clear: clear, work: message ?? Message("x\n", "bob@b.example"));
        server.Say("220 hi\n");
        said = server.Say($"250-server.example\n250 AUTH {offered}\n");
        return server;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
