using System.Net;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;
using MailModule.Smtp.Server;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// The states of a server's session, each with the way there: those of the state table, and within them those of an
/// exchange, of content, of chunks, and of a wait. The user is "user", the password "secret"; c@d is a recipient.
/// </summary>
internal static class SmtpOpenings
{
    private const string Data = "{rcpt}DATA\r\n";
    private const string Plain = "AUTH PLAIN AHVzZXIAc2VjcmV0\r\n";
    private const string BadToken = "AUTH XOAUTH2 dXNlcj11c2VyAWF1dGg9QmVhcmVyIHgBAQ==\r\n";
    private const string BadBearer = "AUTH OAUTHBEARER bixhPXVzZXIsAWF1dGg9QmVhcmVyIHgBAQ==\r\n";
    private const string Xclient = "{hello}XCLIENT NAME=x ADDR=192.0.2.9 HELO=h PROTO=ESMTP";

    public static readonly IPAddress BarredByXclient = IPAddress.Parse("192.0.2.66");

    public static readonly IReadOnlyList<SmtpOpening> All =
    [
        new("connected", "220"),
        new("refused", "554") { IsBarred = true },
        new("hello", "250", "{hello}"),
        new("old-hello", "250", "HELO c\r\n") { Needs = Smtp },
        new("reset", "250", "{rcpt}RSET\r\n"),
        new("delivered", "250", Data, "x\r\n.\r\n"),
        new("errors", "500", "{hello}" + string.Concat(Enumerable.Repeat("what\r\n", 19))),
        new("tls", "220", "{hello}STARTTLS\r\n") { Needs = Tls, IsTls = true },
        new("tls-hello", "250", "{hello}STARTTLS\r\n", "{hello}") { Needs = Tls, IsTls = true },
        new("tls-behind-login", "220", "{hello}" + Plain, "STARTTLS\r\n")
        {
            Needs = static options => Tls(Logins(options)),
            IsTls = true,
            IsForgotten = true,
        },
        new("xclient", "220", Xclient + "\r\n") { Needs = Xclients },
        new("xclient-login", "220", Xclient + " LOGIN=user\r\n") { Needs = Xclients },
        new("xclient-behind-login", "220", "{hello}" + Plain, Xclient + "\r\n")
        {
            Needs = static options => Xclients(Logins(options)),
            IsForgotten = true,
        },
        new("login", "334", "{hello}AUTH LOGIN\r\n") { Needs = Logins, Awaited = Awaited.Login },
        new("login-name", "334", "{hello}AUTH LOGIN\r\n", "dXNlcg==\r\n") { Needs = Logins, Awaited = Awaited.Login },
        new("plain", "334", "{hello}AUTH PLAIN\r\n") { Needs = Logins, Awaited = Awaited.Login },
        new("cram-md5", "334", "{hello}AUTH CRAM-MD5\r\n") { Needs = Logins, Awaited = Awaited.Login },
        new("xoauth2", "334", "{hello}AUTH XOAUTH2\r\n") { Needs = Logins, Awaited = Awaited.Login },
        new("xoauth2-refused", "334", "{hello}" + BadToken) { Needs = Logins, Awaited = Awaited.Login },
        new("oauthbearer", "334", "{hello}AUTH OAUTHBEARER\r\n") { Needs = Logins, Awaited = Awaited.Login },
        new("oauthbearer-refused", "334", "{hello}" + BadBearer) { Needs = Logins, Awaited = Awaited.Login },
        new("scram", "334", "{hello}AUTH SCRAM-SHA-256\r\n") { Needs = Logins, Awaited = Awaited.Login },
        Scram("scram-sha-1-salt", ScramProof.Sha1, isProved: false),
        Scram("scram-sha-256-salt", ScramProof.Sha256, isProved: false),
        Scram("scram-sha-1-proved", ScramProof.Sha1, isProved: true),
        Scram("scram-sha-256-proved", ScramProof.Sha256, isProved: true),
        Scram("scram-sha-1-plus-salt", ScramProof.Sha1Plus, isProved: false),
        Scram("scram-sha-256-plus-proved", ScramProof.Sha256Plus, isProved: true),
        new("logged-in", "235", "{hello}" + Plain) { Needs = Logins },
        new("login-failed", "535", "{hello}AUTH PLAIN AHVzZXIAeA==\r\n") { Needs = Logins },
        new("login-given-up", "501", "{hello}AUTH LOGIN\r\n", "*\r\n") { Needs = Logins },
        new("mail", "250", "{mail}"),
        new("mail-utf8", "250", "{hello}{login}MAIL FROM:<a@b> SMTPUTF8 BODY=8BITMIME SIZE=100\r\n"),
        new("no-recipient", "550", "{mail}RCPT TO:<nobody@d>\r\n"),
        new("rcpt", "250", "{rcpt}"),
        new("recipients", "452", "{rcpt}RCPT TO:<e@d>\r\nRCPT TO:<f@d>\r\nRCPT TO:<user@d>\r\nRCPT TO:<e@d>\r\n"),
        InContent("data", ""),
        InContent("data-field", "Received: x\r\nReceiv"),
        InContent("data-line", "x\r\n"),
        InContent("data-in-line", "x"),
        InContent("data-cr", "x\r"),
        InContent("data-dot", "x\r\n."),
        InContent("data-dot-cr", "x\r\n.\r"),
        InContent("data-dot-text", "x\r\n.."),
        InContent("data-too-large", SmtpOpening.Never + new string('x', 4000)) with { IsRefused = true },
        InContent("data-looping", SmtpOpening.Never + "\r\n" + string.Concat(Enumerable.Repeat("Received: x\r\n", 5)))
            with { IsRefused = true },
        InContent("data-bare-lf", SmtpOpening.Never + "\n") with { IsRefused = true, Needs = NoBareNewlines },
        InContent("data-nul", SmtpOpening.Never + "\0") with { IsRefused = true, Needs = NoBareNewlines },
        InChunk("chunk", "BDAT 10\r\nx", 9),
        InChunk("chunk-last", "BDAT 10 LAST\r\nx", 9),
        InChunk("chunk-cr", "BDAT 5\r\nx\r\n\r", 1),
        InChunk("chunk-second", "BDAT 3\r\nx\r\nBDAT 5 LAST\r\n.\r\n", 2) with { Code = "250" },
        InChunk("chunk-too-large", $"BDAT 4100\r\n{SmtpOpening.Never}{new string('x', 4085)}", 8)
            with { IsRefused = true },
        InChunk("chunk-out-of-order", "BDAT 10\r\nx", 9) with { Said = ["{hello}", "BDAT 10\r\nx"], IsRefused = true },
        new("between-chunks", "250", "{rcpt}BDAT 3\r\nx\r\n"),
        new("between-chunks-cr", "250", "{rcpt}BDAT 2\r\nx\r"),
        new("between-chunks-dot", "250", "{rcpt}BDAT 4\r\nx\r\n."),
        new("chunk-failed", "550", $"{{rcpt}}BDAT 8\r\n{SmtpOpening.Never}\n") { Needs = NoBareNewlines },
        new("waits-for-greeting", "") { IsOwed = true },
        new("waits-for-login", "", "{hello}", Plain) { IsOwed = true, Needs = Logins },
        new("waits-for-mail", "", "{hello}{login}", "MAIL FROM:<a@b>\r\n") { IsOwed = true },
        new("waits-for-rcpt", "", "{mail}", "RCPT TO:<c@d>\r\n") { IsOwed = true },
        new("waits-for-data", "", "{rcpt}", "DATA\r\n") { IsOwed = true },
        new("waits-for-content", "", Data, "x\r\n") { IsOwed = true, Awaited = Awaited.Content, Content = "x\r\n" },
        new("waits-for-chunk", "", "{rcpt}", "BDAT 10\r\nx")
        {
            IsOwed = true,
            Awaited = Awaited.Chunk,
            Rest = 9,
        },
        new("waits-for-message", "", Data, "x\r\n.\r\n") { IsOwed = true },
    ];

    /// <summary>The server's options by the bits of an octet, and what the opening needs.</summary>
    public static SmtpServerOptions Options(byte choice, SmtpOpening opening)
    {
        var options = new SmtpServerOptions
        {
            HostName = "mail.example",
            RequireAuth = (choice & 1) != 0,
            OfferAuth = (choice & 3) != 0,
            PlainAuthWithoutTls = (choice & 3) != 0,
            Mechanisms = (choice & 128) != 0 ? MechanismSet.All : MechanismSet.ClearText,
            NormalizeBareNewlines = (choice & 4) != 0,
            OfferStartTls = (choice & 8) != 0,
            SizeLimit = 4000,
            Limits = new SmtpServerLimits { Recipients = 4, Hops = 3 },
            Verbs = (choice & 64) != 0 ? StateTable.Lmtp : StateTable.Standard,
            Times = new DeliveryTimeOffers(
                (choice & 32) != 0,
                new FutureReleaseLimit(TimeSpan.FromHours(1), static () => DateTimeOffset.UnixEpoch)),
        };
        return opening.Needs((choice & 16) != 0 ? Xclients(options) : options);
    }

    private static SmtpOpening Scram(string name, ScramProof proof, bool isProved)
    {
        string[] said = proof.IsBound ? ["{hello}STARTTLS\r\n", "{hello}"] : ["{hello}"];
        string first = $"AUTH {proof.Mechanism} {proof.First}\r\n";
        return new SmtpOpening(name, "334", [.. said, first])
        {
            Needs = proof.IsBound ? static options => Tls(Logins(options)) : Logins,
            Awaited = Awaited.Login,
            IsTls = proof.IsBound,
            Answer = isProved ? challenge => proof.To(challenge) + "\r\n" : null,
        };
    }

    private static SmtpOpening InContent(string name, string content)
        => new(name, content.Length == 0 ? "354" : "", content.Length == 0 ? [Data] : [Data, content])
        {
            Awaited = Awaited.Content,
            Content = content,
        };

    /// <summary>The content has so many octets already, in lines.</summary>
    public static SmtpOpening InLongContent(string name, int octets)
    {
        string line = new string('y', 76) + "\r\n";
        return InContent(name, string.Concat(Enumerable.Repeat(line, octets / line.Length + 1))[..octets]) with
        {
            Needs = static options => options with { SizeLimit = 200_000 },
        };
    }

    private static SmtpOpening InChunk(string name, string said, int rest) => new(name, "", "{rcpt}", said)
    {
        Awaited = Awaited.Chunk,
        Rest = rest,
    };

    private static SmtpServerOptions Smtp(SmtpServerOptions options) => options with { Verbs = StateTable.Standard };

    private static SmtpServerOptions Tls(SmtpServerOptions options) => options with { OfferStartTls = true };

    private static SmtpServerOptions NoBareNewlines(SmtpServerOptions options)
        => options with { NormalizeBareNewlines = false };

    private static SmtpServerOptions Logins(SmtpServerOptions options)
        => options with { OfferAuth = true, PlainAuthWithoutTls = true, Mechanisms = MechanismSet.All };

    private static SmtpServerOptions Xclients(SmtpServerOptions options)
    {
        SmtpServerOptions made = options;
        return made = options with { Xclient = Judge };

        byte[]? Judge(IPAddress? client, out SmtpServerOptions those)
        {
            those = made;
            return BarredByXclient.Equals(client) ? "554 5.7.1 Not from there\r\n"u8.ToArray() : null;
        }
    }
}
