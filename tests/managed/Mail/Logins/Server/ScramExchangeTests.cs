using System.Security.Cryptography;
using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;

namespace MailModule.Tests.Mail.Logins.Server;

/// <summary>The server's half of SCRAM, by the examples of its standards and against our own client.</summary>
public class ScramExchangeTests
{
    private const MechanismSet Unbound = MechanismSet.ScramSha256 | MechanismSet.ScramSha1;
    private static readonly byte[] s_binding = SHA256.HashData("a certificate"u8);
    private static readonly byte[] s_pencil = [.. "pencil"u8];

    // RFC 7677 §3
    private const string First = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    private const string OwnNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private const string Salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
    private const string ServerFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=" + Salt + ",i=4096";
    private const string FinalWithoutProof = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private const string Final = FinalWithoutProof + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    [Fact]
    public void Rfc_7677_section_3_is_spoken_to_the_letter()
    {
        ScramExchange scram = Sha256();
        Assert.Equal(SaslProgress.FindSecret, Take(scram, First));
        Assert.Equal("user", scram.User);
        Assert.Equal(ServerFirst, Salted(scram));
        Assert.Equal(SaslProgress.Login, Take(scram, Final));
        Assert.True(scram.IsProved());
        Assert.Equal(SaslProgress.Challenge, scram.Accept());
        Assert.Equal("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", Encoding.ASCII.GetString(scram.Challenge));
        Assert.Equal(SaslProgress.Done, Take(scram, ""));
    }

    [Fact]
    public void Rfc_5802_section_5_is_spoken_to_the_letter()
    {
        var scram = new ScramExchange(ScramHash.Sha1, false, Channel(), "3rfcNHYJY1ZVvWVs7j");
        Assert.Equal(SaslProgress.FindSecret, Take(scram, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"));
        Assert.Equal("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
            Salted(scram, "QSXCR+Q6sek8bf92"));
        Assert.Equal(SaslProgress.Login,
            Take(scram, "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="));
        Assert.True(scram.IsProved());
        Assert.Equal(SaslProgress.Challenge, scram.Accept());
        Assert.Equal("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", Encoding.ASCII.GetString(scram.Challenge));
    }

    [Theory]
    [InlineData("ann", "s3cret", "")]
    [InlineData("\u00fcser,=", "p\u00e4ss w\u00f6rd", "a=b,c")]
    public void Our_client_gets_in_with_either_hash_with_and_without_binding(
        string user, string password, string identity)
    {
        foreach (ScramHash hash in (ScramHash[])[ScramHash.Sha1, ScramHash.Sha256])
            foreach (bool isBound in (bool[])[false, true])
            {
                var login = new Credentials(user, password) { AuthorizationId = identity };
                ScramExchange server = Make(hash, isBound, s_binding);
                SaslScram client = Client(hash, isBound, s_binding, login, "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS");
                Assert.True(Run(client, server, Encoding.UTF8.GetBytes(password)));
                Assert.True(client.MayBelieveSuccess);
                Assert.Equal((user, identity), (server.User, server.Identity));
            }
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("")]
    public void A_client_with_another_password_proves_nothing(string password)
        => Assert.False(Run(
            Client(ScramHash.Sha256, false, null, new Credentials("ann", password)),
            Make(ScramHash.Sha256, false, null), [.. "s3cret"u8]));

    [Fact]
    public void Rfc_5802_section_6_a_client_that_was_shown_another_certificate_proves_nothing()
        => Assert.False(Run(
            Client(ScramHash.Sha256, true, SHA256.HashData("of one in the middle"u8), new Credentials("ann", "x")),
            Make(ScramHash.Sha256, true, s_binding), [.. "x"u8]));

    [Theory]
    // "y" where the bound form is offered: somebody has taken it out of our offer
    [InlineData(false, true, "y,,", false)]
    [InlineData(false, false, "y,,", true)]
    [InlineData(false, true, "n,,", true)]
    [InlineData(false, false, "n,,", true)]
    [InlineData(false, true, "p=tls-server-end-point,,", false)]
    [InlineData(true, true, "p=tls-server-end-point,,", true)]
    [InlineData(true, true, "p=tls-unique,,", false)]
    [InlineData(true, true, "p=tls-exporter,,", false)]
    [InlineData(true, true, "n,,", false)]
    [InlineData(true, true, "y,,", false)]
    public void Rfc_5802_section_6_the_flag_has_to_fit_the_mechanism_and_the_offer(
        bool isBound, bool offersBound, string header, bool isRight)
    {
        var scram = new ScramExchange(ScramHash.Sha256, isBound, new LoginChannel(
            "mail.example", Unbound | (offersBound ? MechanismSet.Bound : 0), s_binding));
        SaslProgress progress = Take(scram, header + "n=ann,r=abc");
        Assert.Equal(isRight ? SaslProgress.FindSecret : SaslProgress.Login, progress);
        Assert.False(scram.IsProved());
        Assert.Equal("ann", scram.User);
    }

    [Theory]
    [InlineData("")]
    [InlineData("n,,")]
    [InlineData("n,,n=ann")]
    [InlineData("n,,n=ann,r=")]
    [InlineData("n,,n=,r=abc")]
    [InlineData("n,,r=abc,n=ann")]
    [InlineData("n,n=ann,r=abc")]
    [InlineData("x,,n=ann,r=abc")]
    [InlineData("N,,n=ann,r=abc")]
    [InlineData("p=,,n=ann,r=abc")]
    [InlineData("p=a b,,n=ann,r=abc")]
    [InlineData("n,x=b,n=ann,r=abc")]
    [InlineData("n,a=,n=ann,r=abc")]
    [InlineData("n,,n=a=b,r=abc")]
    [InlineData("n,,n=a=2c,r=abc")]
    [InlineData("n,,n=ann,r=a c")]
    [InlineData("n,,n=ann,r=\u00e4")]
    [InlineData("n,,n=an\0n,r=abc")]
    [InlineData("n,,n=ann,r=abc,")]
    [InlineData("n,,n=ann,r=abc,x")]
    [InlineData("n,,m=ext,n=ann,r=abc")] // RFC 5802 §5.1: an extension that the server has to know
    public void Rfc_5802_section_7_a_first_message_that_is_none_is_refused(string first)
        => Assert.Equal(SaslProgress.Malformed, Take(Sha256(), first));

    [Theory]
    [InlineData("")]
    [InlineData("p=AAAA")]
    [InlineData(FinalWithoutProof)]
    [InlineData(FinalWithoutProof + ",p=")]
    [InlineData(FinalWithoutProof + ",p==")]
    [InlineData(FinalWithoutProof + ",p=AAA")]
    [InlineData(FinalWithoutProof + ",p=AAAA ")]
    [InlineData(FinalWithoutProof + ",x,p=AAAA")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,c=biws,p=AAAA")]
    [InlineData("c=,r=rOprNGfwEbeRWgbNEkqO,p=AAAA")]
    public void Rfc_5802_section_7_a_last_message_that_is_none_is_refused(string final)
    {
        ScramExchange scram = Sha256();
        Take(scram, First);
        Salted(scram);
        Assert.Equal(SaslProgress.Malformed, Take(scram, final));
        Assert.Equal(SaslProgress.Malformed, Take(scram, Final));
    }

    [Theory]
    [InlineData("c=eSws,r=rOprNGfwEbeRWgbNEkqO" + OwnNonce)]      // "y,,": not what the first message had
    [InlineData("c=biwsAA==,r=rOprNGfwEbeRWgbNEkqO" + OwnNonce)]  // a binding behind it
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqO")]
    [InlineData("c=biws,r=" + OwnNonce)]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqO" + OwnNonce + "x")]
    public void Rfc_5802_section_5_1_header_and_nonce_have_to_come_back_even_with_a_right_proof(string withoutProof)
    {
        ScramExchange scram = Sha256();
        Take(scram, First);
        Salted(scram);
        ScramKeys keys = Secret(Salt).KeysFor(ScramHash.Sha256)!;
        byte[] message = Encoding.ASCII.GetBytes($"{First[3..]},{ServerFirst},{withoutProof}");
        byte[] salted = ScramHash.Sha256.Salted(s_pencil, Convert.FromBase64String(Salt), 4096);
        byte[] proof = ScramHash.Sha256.Keyed(keys.StoredKey, message);
        byte[] clientKey = ScramHash.Sha256.Keyed(salted, "Client Key"u8);
        for (int i = 0; i < proof.Length; i++)
            proof[i] ^= clientKey[i];
        Assert.Equal(SaslProgress.Login, Take(scram, $"{withoutProof},p={Convert.ToBase64String(proof)}"));
        Assert.False(scram.IsProved());
    }

    [Fact]
    public void Rfc_5802_section_5_1_unknown_extensions_at_the_end_are_passed_over_and_proved()
    {
        ScramExchange scram = Sha256();
        Assert.Equal(SaslProgress.FindSecret, Take(scram, First + ",x=1,y=2"));
        Salted(scram);
        Assert.Equal(SaslProgress.Login, Take(scram, Final));
        Assert.False(scram.IsProved()); // this proof is of a message without them
    }

    [Fact]
    public void No_other_octet_and_no_beginning_of_the_last_message_proves_the_password()
    {
        for (int at = 0; at < Final.Length; at++)
        {
            Assert.False(Proves(Encoding.ASCII.GetBytes(Final[..at])));
            byte[] changed = Encoding.ASCII.GetBytes(Final);
            changed[at] ^= 1;
            Assert.False(Proves(changed), Encoding.ASCII.GetString(changed));
        }
        Assert.True(Proves(Encoding.ASCII.GetBytes(Final)));
    }

    [Fact]
    public void Nothing_is_answered_behind_the_servers_proof_but_nothing()
    {
        ScramExchange scram = Sha256();
        Take(scram, First);
        Salted(scram);
        Take(scram, Final);
        Assert.True(scram.IsProved());
        scram.Accept();
        Assert.Equal(SaslProgress.Malformed, Take(scram, "x"));
        Assert.Equal(SaslProgress.Malformed, Take(scram, ""));
    }

    [Fact]
    public void Each_exchange_has_a_nonce_of_its_own()
    {
        string[] nonces = [.. Enumerable.Range(0, 20).Select(_ =>
        {
            ScramExchange scram = Make(ScramHash.Sha256, false, null);
            Take(scram, First);
            return Salted(scram);
        })];
        Assert.Equal(20, nonces.Distinct().Count());
        Assert.All(nonces, nonce => Assert.StartsWith("r=rOprNGfwEbeRWgbNEkqO", nonce, StringComparison.Ordinal));
    }

    private static bool Proves(byte[] final)
    {
        ScramExchange scram = Sha256();
        Take(scram, First);
        Salted(scram);
        return scram.Take(final) == SaslProgress.Login && scram.IsProved();
    }

    private static SaslProgress Take(ScramExchange scram, string message)
        => scram.Take(Encoding.UTF8.GetBytes(message));

    private static string Salted(ScramExchange scram, string salt = Salt)
    {
        scram.Secret = Secret(salt);
        Assert.Equal(SaslProgress.Challenge, scram.Accept());
        return Encoding.ASCII.GetString(scram.Challenge);
    }

    private static LoginSecret Secret(string salt) => new KnownSecret(Convert.FromBase64String(salt), s_pencil);

    private static bool Run(SaslScram client, ScramExchange server, byte[] password)
    {
        if (server.Take(client.Begin()!) != SaslProgress.FindSecret)
            return false;
        server.Secret = new KnownSecret([1, 2, 3, 4, 5, 6, 7, 8], password);
        Assert.Equal(SaslProgress.Challenge, server.Accept());
        Assert.True(client.TryAnswer(server.Challenge, out byte[] proof));
        Assert.Equal(SaslProgress.Login, server.Take(proof));
        if (!server.IsProved())
            return false;
        Assert.Equal(SaslProgress.Challenge, server.Accept());
        Assert.True(client.TryAnswer(server.Challenge, out byte[] last));
        return server.Take(last) == SaslProgress.Done;
    }

    private static SaslScram Client(
        ScramHash hash, bool isBound, byte[]? binding, Credentials login, params string[] offered)
        => new(hash, isBound, login, new SaslServer { EndPointBinding = binding, Offered = offered });

    private static ScramExchange Make(ScramHash hash, bool isBound, byte[]? binding)
        => new(hash, isBound, new LoginChannel(
            "mail.example", Unbound | (binding is null ? 0 : MechanismSet.Bound), binding));

    private static ScramExchange Sha256() => new(ScramHash.Sha256, false, Channel(), OwnNonce);

    private static LoginChannel Channel() => new("mail.example", Unbound, null);

    private sealed class KnownSecret(byte[] salt, byte[] password) : LoginSecret
    {
        public override byte[]? Password => password;

        public override ScramSalt SaltFor(ScramHash hash) => new(salt, 4096);

        public override ScramKeys KeysFor(ScramHash hash) => ScramKeys.Of(hash, hash.Salted(password, salt, 4096));
    }
}
