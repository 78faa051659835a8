using System.Security.Cryptography;
using System.Text;
using MailModule.Mail.Logins.Server;
using MailModule.Pop3.Server;

namespace MailModule.Tests.Pop3.Server;

/// <summary>AUTH and APOP as a session has them, however the octets come in and whenever they end.</summary>
public class Pop3AuthenticationTests
{
    private const string Stamp = "<1@mail.example>";
    private const string Refused = "-ERR [AUTH] authentication failed\r\n";

    private static readonly Pop3ServerOptions s_options = new()
    {
        HostName = "h",
        PlainAuthWithoutTls = true,
        NewStamp = static () => Stamp,
        Logins = new LoginOffer(MechanismSet.All, new TokenHint("mail", "")),
    };

    public static TheoryData<string> Logins =>
    [
        $"AUTH PLAIN {Base64("\0u\0p w")}\r\n",
        $"AUTH PLAIN\r\n{Base64("\0u\0p w")}\r\n",
        $"AUTH LOGIN\r\n{Base64("u")}\r\n{Base64("p w")}\r\n",
        $"AUTH LOGIN {Base64("u")}\r\n{Base64("p w")}\r\n",
        $"APOP u {Convert.ToHexString(MD5.HashData(Encoding.ASCII.GetBytes(Stamp + "p w")))}\r\n",
        "USER u\r\nPASS p w\r\n",
    ];

    [Theory]
    [MemberData(nameof(Logins))]
    public void A_login_is_one_when_its_last_octet_is_there_and_not_before(string login)
    {
        foreach (bool pending in (bool[])[false, true])
        {
            for (int cut = 0; cut < login.Length; cut++)
            {
                Pop3Harness harness = Begin(pending);
                string said = harness.Send(login[..cut]);
                Assert.Equal(Pop3State.Authorization, harness.Session.State);
                Assert.False(harness.HasMaildrop);
                said += harness.Send(login[cut..]);
                Assert.EndsWith("+OK 1 messages (3 octets)\r\n", said, StringComparison.Ordinal);
            }
            Pop3Harness octets = Begin(pending);
            string all = string.Concat(login.Select(octet => octets.Send(octet.ToString())));
            Assert.Equal(Begin(pending).Send(login), all);
            Assert.Equal(("u", Pop3State.Transaction), (octets.Session.User, octets.Session.State));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_proof_is_asked_about_twice_and_logs_in(bool pending)
    {
        Pop3Harness harness = Begin(pending);
        string challenge = harness.Send("AUTH CRAM-MD5\r\n");
        Assert.StartsWith("+ ", challenge, StringComparison.Ordinal);
        byte[] digest = HMACMD5.HashData("p w"u8, Convert.FromBase64String(challenge[2..].Trim()));
        Assert.StartsWith("+OK 1 ", harness.Send(Base64($"u {Convert.ToHexStringLower(digest)}") + "\r\n"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AUTH PLAIN\r\n", 12_288)]
    [InlineData("", 12_288)]
    public void A_line_of_an_exchange_may_be_long_and_has_an_end(string before, int limit)
    {
        string verb = before.Length == 0 ? "AUTH PLAIN " : "";
        foreach (int length in (int[])[limit - 1, limit, limit + 1, 65_536])
        {
            Pop3Harness harness = Begin(pending: false);
            harness.Send(before);
            string line = verb + new string('A', length - verb.Length - 2) + "\r\n";
            string expected = length > limit
                ? "-ERR command line too long\r\n"
                : "-ERR this is no message of the mechanism\r\n";
            Assert.Equal(expected, harness.Send(line[..1000]) + harness.Send(line[1000..]));
            Assert.Equal("-ERR not allowed in this state\r\n", harness.Send("NOOP\r\n"));
        }
    }

    [Fact]
    public void Other_lines_stay_as_short_as_ever()
        => Assert.Equal("-ERR command line too long\r\n",
            Begin(pending: false).Send("AUTHOR " + new string('A', 300) + "\r\n"));

    [Theory]
    [InlineData("")]
    [InlineData("AAA")]
    [InlineData("A===")]
    [InlineData("AHUAcCB3AHg=")]
    [InlineData("QUIT")]
    [InlineData("\0\x01\xff")]
    [InlineData("* *")]
    public void Garbage_ends_an_exchange_and_is_no_failed_login(string line)
    {
        foreach (string mechanism in (string[])["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2"])
        {
            Pop3Harness harness = Begin(pending: false);
            Assert.StartsWith("+ ", harness.Send($"AUTH {mechanism}\r\n"), StringComparison.Ordinal);
            Assert.Equal("-ERR this is no message of the mechanism\r\n", harness.Send(line + "\r\n"));
            Assert.Equal(0, harness.Session.FailedLogins);
            Assert.Empty(harness.Calls);
        }
    }

    [Theory]
    [InlineData("*")]
    [InlineData("AQ==")]
    [InlineData("")]
    public void A_refused_token_is_told_of_and_counts_whatever_the_client_says_to_it(string answer)
    {
        Pop3Harness harness = Begin(pending: false);
        string token = Base64("user=u\u0001auth=Bearer abc\u0001\u0001");
        for (int i = 1; i <= 3; i++)
        {
            string challenge = harness.Send($"AUTH XOAUTH2 {token}\r\n");
            Assert.Contains("\"scope\":\"mail\"", Encoding.ASCII.GetString(
                Convert.FromBase64String(challenge[2..].Trim())), StringComparison.Ordinal);
            Assert.Equal(i, harness.Session.FailedLogins);
            Assert.Equal(answer == "*" ? "-ERR authentication cancelled\r\n" : Refused, harness.Send(answer + "\r\n"));
        }
        Assert.True(harness.IsClosed);
    }

    [Theory]
    [InlineData("[SYS/TEMP] later")]
    [InlineData("[IN-USE] by another")]
    [InlineData("[LOGIN-DELAY] wait")]
    public void What_says_nothing_about_the_password_is_no_failed_login(string text)
    {
        var harness = new Pop3Harness(s_options, "a\n") { LoginVerdict = Pop3Verdict.Refuse(text) };
        for (int i = 0; i < 10; i++)
            Assert.EndsWith($"-ERR {text}\r\n", harness.Send($"AUTH PLAIN {Base64("\0u\0x")}\r\n"),
                StringComparison.Ordinal);
        Assert.Equal(0, harness.Session.FailedLogins);
        Assert.False(harness.IsClosed);
    }

    [Fact]
    public void Rfc_2595_section_4_what_stands_behind_stls_is_no_command_of_an_exchange()
    {
        Pop3ServerOptions options = s_options with { OfferStls = true };
        var harness = new Pop3Harness(options, "a\n");
        harness.Send($"UTF8\r\nUSER u\r\n");
        Assert.True(harness.Session.IsUtf8);
        Assert.Equal("+OK begin TLS\r\n", harness.Send($"STLS\r\nAUTH PLAIN {Base64("\0u\0p w")}\r\nPASS p w\r\n"));
        Assert.False(harness.Session.IsUtf8);
        Assert.Equal(Pop3State.Authorization, harness.Session.State);
        Assert.Equal("-ERR send USER first\r\n", harness.Send("PASS p w\r\n"));
        Assert.Empty(harness.Calls);
    }

    [Fact]
    public void The_stamp_is_told_whole_however_long_the_greeting_and_is_another_for_each()
    {
        string name = string.Join('.', Enumerable.Repeat(new string('x', 60), 4));
        var harness = new Pop3Harness(s_options with
        {
            HostName = name,
            NewStamp = () => ApopExchange.NewStamp(name),
        });
        string greeting = harness.Send("");
        Assert.Matches($"^\\+OK x.* <[0-9a-f]{{32}}@{name}>\r\n$", greeting);
        Assert.InRange(greeting.Length, 300, 512);
        Assert.NotEqual(ApopExchange.NewStamp(name), ApopExchange.NewStamp(name));
    }

    private static Pop3Harness Begin(bool pending)
    {
        var harness = new Pop3Harness(s_options, "a\n") { AnswersPending = pending };
        Assert.Equal($"+OK h POP3 server ready {Stamp}\r\n", harness.Send(""));
        return harness;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.Latin1.GetBytes(text));
}
