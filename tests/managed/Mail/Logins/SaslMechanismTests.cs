using System.Security.Cryptography;
using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;

namespace MailModule.Tests.Mail.Logins;

public class SaslMechanismTests
{
    private static readonly Credentials s_ann = new("ann", "s3cret");

    [Fact]
    public void Plain_says_everything_at_once()
    {
        // RFC 4616 §4
        var plain = new SaslPlain(new Credentials("tim", "tanstaaftanstaaf"));
        Assert.Equal("\0tim\0tanstaaftanstaaf", Encoding.UTF8.GetString(plain.Begin()!));
        Assert.True(plain.MayBelieveSuccess);
        Assert.False(plain.TryAnswer("more?"u8, out _));
    }

    [Fact]
    public void Login_answers_twice_whatever_the_words()
    {
        var login = new SaslLogin(s_ann);
        Assert.Null(login.Begin());
        Assert.True(login.TryAnswer("Username:"u8, out byte[] user));
        Assert.False(login.MayBelieveSuccess);
        Assert.True(login.TryAnswer(""u8, out byte[] password));
        Assert.Equal(("ann", "s3cret"), (Encoding.UTF8.GetString(user), Encoding.UTF8.GetString(password)));
        Assert.True(login.MayBelieveSuccess);
        Assert.False(login.TryAnswer("Once more:"u8, out _));
    }

    [Fact]
    public void Cram_md5_is_as_in_its_standard()
    {
        // RFC 2195 §2
        var cram = new SaslCramMd5(new Credentials("tim", "tanstaaftanstaaf"));
        Assert.Null(cram.Begin());
        Assert.False(cram.MayBelieveSuccess);
        Assert.True(cram.TryAnswer("<1896.697170952@postoffice.reston.mci.net>"u8, out byte[] answer));
        Assert.Equal("tim b913a602c7eda7a495b4e6e7334d3890", Encoding.ASCII.GetString(answer));
        Assert.True(cram.MayBelieveSuccess);
        Assert.False(cram.TryAnswer("<again>"u8, out _));
    }

    [Fact]
    public void Cram_md5_answers_no_empty_challenge() => Assert.False(new SaslCramMd5(s_ann).TryAnswer([], out _));

    // RFC 7677 §3
    private const string Nonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerFirst =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private const string ServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    [Fact]
    public void Scram_is_as_in_its_standard()
    {
        SaslScramSha256 scram = Scram();
        Assert.Equal("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", Encoding.ASCII.GetString(scram.Begin()!));
        Assert.True(scram.TryAnswer(Encoding.ASCII.GetBytes(ServerFirst), out byte[] answer));
        Assert.Equal(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            Encoding.ASCII.GetString(answer));
        Assert.False(scram.MayBelieveSuccess);
        Assert.True(scram.TryAnswer(Encoding.ASCII.GetBytes(ServerFinal), out byte[] last));
        Assert.Empty(last);
        Assert.True(scram.MayBelieveSuccess);
        Assert.False(scram.TryAnswer([], out _));
    }

    [Theory]
    [InlineData("")]
    // nothing of the server's in the nonce
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=other%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")] // not our nonce
    [InlineData(
        "m=x,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]           // an extension that must be known
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22Z aJ0=,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,i=4096,s=W22ZaJ0SNY7soEsUEjb6gQ==")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999999999")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=+4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==")]
    [InlineData("e=unknown-user")]
    public void Scram_answers_no_first_message_that_is_wrong(string serverFirst)
    {
        SaslScramSha256 scram = Scram();
        scram.Begin();
        Assert.False(scram.TryAnswer(Encoding.UTF8.GetBytes(serverFirst), out byte[] answer));
        Assert.Empty(answer);
        Assert.False(scram.MayBelieveSuccess);
        Assert.False(scram.TryAnswer(Encoding.ASCII.GetBytes(ServerFirst), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("v=")]
    [InlineData("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=")]
    [InlineData("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95Gg=")]
    [InlineData("v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("e=invalid-proof")]
    public void Scram_does_not_believe_a_server_that_cannot_prove_the_password(string serverFinal)
    {
        SaslScramSha256 scram = Scram();
        scram.Begin();
        Assert.True(scram.TryAnswer(Encoding.ASCII.GetBytes(ServerFirst), out _));
        Assert.False(scram.TryAnswer(Encoding.ASCII.GetBytes(serverFinal), out _));
        Assert.False(scram.MayBelieveSuccess);
    }

    [Fact]
    public void Scram_escapes_what_its_grammar_uses_in_a_name()
        => Assert.Equal("n,,n=a=3Db=2Cc,r=x",
            Encoding.ASCII.GetString(new SaslScramSha256(new Credentials("a=b,c", "x"), "x").Begin()!));

    [Fact]
    public void Scram_makes_a_new_nonce_for_every_login()
        => Assert.NotEqual(new SaslScramSha256(s_ann).Begin(), new SaslScramSha256(s_ann).Begin());

    [Fact]
    public void Garbage_satisfies_nobody()
    {
        var random = new Random(4711);
        byte[] likely = [.. "rsivpce=,0123456789+/"u8, .. Encoding.ASCII.GetBytes(Nonce), 0, 255];
        for (int round = 0; round < 20_000; round++)
        {
            ISaslMechanism[] all = [Scram(), new SaslCramMd5(s_ann), new SaslPlain(s_ann), new SaslLogin(s_ann)];
            foreach (ISaslMechanism mechanism in all)
            {
                mechanism.Begin();
                byte[] noise = [.. Enumerable.Range(0, random.Next(60))
                    .Select(_ => likely[random.Next(likely.Length)])];
                mechanism.TryAnswer(noise, out _);
                Assert.False(mechanism is SaslScramSha256 && mechanism.MayBelieveSuccess);
            }
        }
    }

    [Fact]
    public void A_whole_scram_exchange_with_a_server_made_by_the_book()
    {
        foreach ((string user, string password)
            in (ReadOnlySpan<(string, string)>)[("ann", "s3cret"), ("\u00fcser,=", "p\u00e4ss w\u00f6rd"),
                ("x", new string('y', 500))])
        {
            var scram = new SaslScramSha256(new Credentials(user, password));
            string clientFirst = Encoding.UTF8.GetString(scram.Begin()!)[3..];
            string nonce = clientFirst[(clientFirst.LastIndexOf("r=", StringComparison.Ordinal) + 2)..];
            string serverFirst = $"r={nonce}SERVER,s=AAECAwQFBgc=,i=5000";
            Assert.True(scram.TryAnswer(Encoding.UTF8.GetBytes(serverFirst), out byte[] answer));
            string clientFinal = Encoding.UTF8.GetString(answer);
            string withoutProof = clientFinal[..clientFinal.IndexOf(",p=", StringComparison.Ordinal)];
            byte[] salted = Rfc2898DeriveBytes.Pbkdf2(
                Encoding.UTF8.GetBytes(password), (byte[])[0, 1, 2, 3, 4, 5, 6, 7], 5000, HashAlgorithmName.SHA256, 32);
            byte[] storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
            byte[] message = Encoding.UTF8.GetBytes($"{clientFirst},{serverFirst},{withoutProof}");
            byte[] key = Convert.FromBase64String(clientFinal[(withoutProof.Length + 3)..]);
            byte[] signature = HMACSHA256.HashData(storedKey, message);
            for (int i = 0; i < key.Length; i++)
                key[i] ^= signature[i];
            Assert.Equal(storedKey, SHA256.HashData(key));
            byte[] proof = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), message);
            Assert.True(scram.TryAnswer(Encoding.ASCII.GetBytes($"v={Convert.ToBase64String(proof)}"), out _));
            Assert.True(scram.MayBelieveSuccess);
        }
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("a\u00a0b\u2003c\u3000", "a b c ")]
    [InlineData("I\u00adX", "IX")] // RFC 4013 §3
    [InlineData("\ufeffx\u200b\u2060y\ufe0f", "xy")]
    [InlineData("gr\u00fc\u00dfe", "gr\u00fc\u00dfe")]
    public void Names_and_passwords_are_prepared_as_far_as_it_goes(string text, string prepared)
        => Assert.Equal(prepared, SaslPrep.Prepare(text));

    [Fact]
    public void The_strongest_that_is_offered_comes_first()
    {
        Assert.Equal(["SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN"],
            Names("LOGIN", "plain", "CRAM-MD5", "Scram-Sha-256", "GSSAPI", "SCRAM-SHA-1"));
        Assert.Equal(["LOGIN"], Names("LOGIN", "XOAUTH2", "SCRAM-SHA-256-PLUS"));
        Assert.Empty(Names());

        static IEnumerable<string> Names(params string[] offered)
            => SaslMechanisms.OfferedBy(offered, s_ann).Select(mechanism => mechanism.Name);
    }

    [Fact]
    public void A_password_is_not_in_the_text_of_its_owner() => Assert.Equal("ann", s_ann.ToString());

    private static SaslScramSha256 Scram() => new(new Credentials("user", "pencil"), Nonce);
}
