using System.Security.Cryptography;
using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;

namespace MailModule.Tests.Mail.Logins;

public class SaslScramTests
{
    private static readonly Credentials s_ann = new("ann", "s3cret");
    private static readonly SaslServer s_server = new();
    private static readonly byte[] s_binding = SHA256.HashData("a certificate"u8);

    // RFC 7677 §3
    private const string Nonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerFirst =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private const string ServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    [Fact]
    public void Scram_sha_256_is_as_in_its_standard()
    {
        SaslScram scram = Scram();
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
        SaslScram scram = Scram();
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
        SaslScram scram = Scram();
        scram.Begin();
        Assert.True(scram.TryAnswer(Encoding.ASCII.GetBytes(ServerFirst), out _));
        Assert.False(scram.TryAnswer(Encoding.ASCII.GetBytes(serverFinal), out _));
        Assert.False(scram.MayBelieveSuccess);
    }

    [Fact]
    public void Scram_escapes_what_its_grammar_uses_in_a_name()
        => Assert.Equal("n,,n=a=3Db=2Cc,r=x",
            Encoding.ASCII.GetString(
                new SaslScram(ScramHash.Sha256, false, new Credentials("a=b,c", "x"), s_server, "x").Begin()!));

    [Fact]
    public void Scram_makes_a_new_nonce_for_every_login()
        => Assert.NotEqual(Make(ScramHash.Sha256).Begin(), Make(ScramHash.Sha256).Begin());

    [Fact]
    public void Scram_sha_1_is_as_in_its_standard()
    {
        // RFC 5802 §5
        var scram = new SaslScram(
            ScramHash.Sha1, false, new Credentials("user", "pencil"), s_server, "fyko+d2lbbFgONRv9qkxdawL");
        Assert.Equal("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", Encoding.ASCII.GetString(scram.Begin()!));
        Assert.True(scram.TryAnswer(
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"u8, out byte[] answer));
        Assert.Equal(
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            Encoding.ASCII.GetString(answer));
        Assert.True(scram.TryAnswer("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="u8, out _));
        Assert.True(scram.MayBelieveSuccess);
    }

    [Theory]
    [InlineData("ann", "s3cret")]
    [InlineData("\u00fcser,=", "p\u00e4ss w\u00f6rd")]
    [InlineData("x", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")]
    public void A_server_made_by_the_book_takes_either_hash_with_and_without_binding(string user, string password)
    {
        foreach ((ScramHash hash, HashAlgorithmName name) in Hashes)
            foreach (bool isBound in (bool[])[false, true])
            {
                byte[]? binding = isBound ? s_binding : null;
                var server = new ScramServer(name, user, password, binding);
                SaslScram scram = Make(hash, isBound, binding, new Credentials(user, password));
                Assert.Equal("", Run(scram, server));
                Assert.True(scram.MayBelieveSuccess);
            }
    }

    [Fact]
    public void Whom_to_act_as_stands_in_the_header_and_in_the_proof()
    {
        var server = new ScramServer(HashAlgorithmName.SHA256, "ann", "s3cret", s_binding);
        SaslScram scram = Make(ScramHash.Sha256, true, s_binding,
            new Credentials("ann", "s3cret") { AuthorizationId = "a,list=x" });
        Assert.Equal("", Run(scram, server));
        Assert.Equal("a=2Clist=3Dx", server.Identity);
    }

    [Fact]
    public void Another_certificate_than_the_servers_own_fails_the_proof()
    {
        var server = new ScramServer(HashAlgorithmName.SHA256, "ann", "s3cret", s_binding);
        SaslScram scram = Make(ScramHash.Sha256, true, SHA256.HashData("of one in the middle"u8));
        Assert.Equal("channel-bindings-dont-match", Run(scram, server));
        Assert.False(scram.MayBelieveSuccess);
    }

    [Fact]
    public void A_server_that_binds_finds_out_that_its_offer_was_changed()
    {
        var server = new ScramServer(HashAlgorithmName.SHA256, "ann", "s3cret", s_binding);
        Assert.Equal("server-does-support-channel-binding",
            Run(Make(ScramHash.Sha256, false, s_binding), server));
    }

    [Fact]
    public void The_header_says_whether_we_could_bind()
    {
        Assert.Equal("n,,", HeaderOf(false, null, "SCRAM-SHA-256"));
        Assert.Equal("n,,", HeaderOf(false, null, "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"));
        Assert.Equal("y,,", HeaderOf(false, s_binding, "SCRAM-SHA-256"));
        Assert.Equal("y,,", HeaderOf(false, s_binding));
        Assert.Equal("n,,", HeaderOf(false, s_binding, "SCRAM-SHA-256", "scram-sha-256-plus"));
        Assert.Equal("p=tls-server-end-point,,", HeaderOf(true, s_binding, "SCRAM-SHA-256-PLUS"));

        static string HeaderOf(bool isBound, byte[]? binding, params string[] offered)
        {
            var server = new SaslServer { Offered = offered, EndPointBinding = binding };
            string first = Encoding.UTF8.GetString(
                new SaslScram(ScramHash.Sha256, isBound, s_ann, server).Begin()!);
            return first[..(first.IndexOf("n=ann", StringComparison.Ordinal))];
        }
    }

    [Fact]
    public void What_the_server_says_in_place_of_its_proof_is_kept()
    {
        SaslScram scram = Scram();
        scram.Begin();
        Assert.True(scram.TryAnswer(Encoding.ASCII.GetBytes(ServerFirst), out _));
        Assert.False(scram.TryAnswer("e=other-error\r\n250 ok"u8, out _));
        Assert.Equal("other-error  250 ok", scram.Failure);
    }

    [Fact]
    public void No_beginning_of_a_server_s_message_is_believed()
    {
        // What is whole is the round count alone: "i=4096" cannot be cut to a number that is taken.
        for (int length = 0; length < ServerFirst.Length; length++)
        {
            SaslScram scram = Scram();
            scram.Begin();
            Assert.False(scram.TryAnswer(Encoding.ASCII.GetBytes(ServerFirst[..length]), out _), ServerFirst[..length]);
        }
        for (int length = 0; length < ServerFinal.Length; length++)
        {
            SaslScram scram = Scram();
            scram.Begin();
            scram.TryAnswer(Encoding.ASCII.GetBytes(ServerFirst), out _);
            Assert.False(scram.TryAnswer(Encoding.ASCII.GetBytes(ServerFinal[..length]), out _));
        }
    }

    private static (ScramHash Hash, HashAlgorithmName Name)[] Hashes
        => [(ScramHash.Sha1, HashAlgorithmName.SHA1), (ScramHash.Sha256, HashAlgorithmName.SHA256)];

    /// <summary>Returns why the server refused; empty: it did not, and the client believes it.</summary>
    private static string Run(SaslScram scram, ScramServer server)
    {
        if (server.TakeFirst(scram.Begin()!, scram.Name.EndsWith("-PLUS", StringComparison.Ordinal)) is not { } first)
            return server.Error;
        Assert.True(scram.TryAnswer(Encoding.UTF8.GetBytes(first), out byte[] proof));
        if (server.TakeProof(proof) is not { } final)
            return server.Error;
        Assert.True(scram.TryAnswer(Encoding.UTF8.GetBytes(final), out byte[] last));
        Assert.Empty(last);
        return "";
    }

    private static SaslScram Make(
        ScramHash hash, bool isBound = false, byte[]? binding = null, Credentials? login = null)
        => new(hash, isBound, login ?? s_ann, new SaslServer { EndPointBinding = binding });

    private static SaslScram Scram()
        => new(ScramHash.Sha256, false, new Credentials("user", "pencil"), s_server, Nonce);
}
