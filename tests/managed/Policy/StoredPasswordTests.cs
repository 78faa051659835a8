using System.Text;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;

namespace MailModule.Tests.Policy;

public class StoredPasswordTests
{
    // The keys that follow from RFC 7677 §3's example (user "user", password "pencil").
    private const string PencilKeys =
        "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
    private const string Pencil = "4096:W22ZaJ0SNY7soEsUEjb6gQ==" + PencilKeys;

    // The same of RFC 5802 §5's.
    private const string PencilSha1 =
        "4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=";

    [Theory]
    [InlineData("secret", "secret", true)]
    [InlineData("secret", "Secret", false)]
    [InlineData("secret", "secret ", false)]
    [InlineData("secret", "", false)]
    [InlineData("", "", false)]
    [InlineData("", "x", false)]
    [InlineData("{PLAIN}", "", false)]
    [InlineData("{PLAIN}secret", "secret", true)]
    [InlineData("{plain}{PLAIN}", "{PLAIN}", true)]
    [InlineData("{not a scheme}", "{not a scheme}", true)]
    [InlineData("{}x", "{}x", true)]
    [InlineData("+short", "+short", true)]
    [InlineData("~short", "~short", true)]
    [InlineData("p\u00e4ss", "p\u00e4ss", true)]
    [InlineData("{SCRAM-SHA-256}" + Pencil, "pencil", true)]
    [InlineData("{scram-sha-256}" + Pencil, "pencil", true)]
    [InlineData("{SCRAM-SHA-256}SCRAM-SHA-256$" + Pencil, "pencil", true)]
    [InlineData("{SCRAM-SHA-256}" + Pencil, "Pencil", false)]
    [InlineData("{SCRAM-SHA-1}" + PencilSha1, "pencil", true)]
    [InlineData("{scram-sha-1}SCRAM-SHA-1$" + PencilSha1, "pencil", true)]
    [InlineData("{SCRAM-SHA-1}" + PencilSha1, "Pencil", false)]
    [InlineData("{SCRAM-SHA-256}" + Pencil, "", false)]
    [InlineData("{PBKDF2-SHA256}1000:c2FsdHNhbHRzYWx0c2FsdA==:dClvKSmj66n6MdMWNv3Go4mvH1Ym2WIGiJvquqa+mfE=", "secret",
        true)]
    [InlineData("{PBKDF2-SHA256}1001:c2FsdHNhbHRzYWx0c2FsdA==:dClvKSmj66n6MdMWNv3Go4mvH1Ym2WIGiJvquqa+mfE=", "secret",
        false)]
    [InlineData("~05a8fd99.b5e06acf.586a5889.0ee8864c", "secret", true)]
    [InlineData("~05A8FD99.B5E06ACF.586A5889.0EE8864C", "secret", true)]
    [InlineData("~05a8fd99.b5e06acf.586a5889.0ee8864c", "secret2", false)]
    [InlineData("~99fda805.cf6ae0b5.89586a58.4c86e80e", "secret", false)]
    [InlineData("~a39aaf82.a91f170f.cfbed4ca.1208c167", "secret", false)]
    public void A_password_is_right_or_wrong(string stored, string given, bool isRight)
    {
        Assert.True(StoredPassword.TryParse(stored, out StoredPassword password, out string error), error);
        Assert.Equal(isRight, password.Verify("ann", "shs", Encoding.UTF8.GetBytes(given)));
    }

    [Theory]
    [InlineData("{SCRAM-SHA-256}" + Pencil, "Plain, Login, OfScramSha256")]
    [InlineData("{SCRAM-SHA-1}" + PencilSha1, "Plain, Login, OfScramSha1")]
    public void A_salted_password_can_be_proved_by_its_own_hash_alone(string stored, string mechanisms)
    {
        StoredPassword.TryParse(stored, out StoredPassword password, out _);
        Assert.Equal(Enum.Parse<MechanismSet>(mechanisms), password.Mechanisms);
    }

    [Fact]
    public void The_old_digest_counts_user_and_realm()
    {
        StoredPassword.TryParse("~a39aaf82.a91f170f.cfbed4ca.1208c167", out StoredPassword password, out _);
        Assert.True(password.Verify("ann", "other", "secret"u8));
        Assert.False(password.Verify("bob", "other", "secret"u8));
    }

    [Theory]
    [InlineData("+0123ABCD.89ABCDEF", "+ form")]
    [InlineData("+0123abcdZ89abcdef", "+ form")]
    [InlineData("{MD5}x", "unknown scheme")]
    [InlineData("{SCRAM-SHA-512}x", "unknown scheme")]
    [InlineData("{SCRAM-SHA-1}x", "malformed {SCRAM-SHA-1}")]
    [InlineData("{SCRAM-SHA-1}" + Pencil, "malformed {SCRAM-SHA-1}")]
    [InlineData("{SCRAM-SHA-256}" + PencilSha1, "malformed {SCRAM-SHA-256}")]
    [InlineData("{SCRAM-SHA-256}", "malformed {SCRAM-SHA-256}")]
    [InlineData("{SCRAM-SHA-256}0:c2FsdA==" + PencilKeys, "malformed")]
    [InlineData("{SCRAM-SHA-256}10000001:c2FsdA==" + PencilKeys, "malformed")]
    [InlineData("{SCRAM-SHA-256}4096:" + PencilKeys, "malformed")]
    [InlineData("{SCRAM-SHA-256}4096:c2FsdA==$c2hvcnQ=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=", "malformed")]
    [InlineData("{PBKDF2-SHA256}1000:c2FsdA==", "malformed {PBKDF2-SHA256}")]
    [InlineData("{PBKDF2-SHA256}1000:c2FsdA==:c2hvcnQ=", "malformed")]
    [InlineData("{PBKDF2-SHA256}99999999999:c2FsdA==:dClvKSmj66n6MdMWNv3Go4mvH1Ym2WIGiJvquqa+mfE=", "malformed")]
    [InlineData("{PBKDF2-SHA256}-1:c2FsdA==:dClvKSmj66n6MdMWNv3Go4mvH1Ym2WIGiJvquqa+mfE=", "malformed")]
    public void A_malformed_password_is_refused_with_a_reason(string stored, string reason)
    {
        Assert.False(StoredPassword.TryParse(stored, out StoredPassword password, out string error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.False(password.Verify("ann", "shs", "x"u8));
    }

    [Fact]
    public void Every_prefix_of_a_salted_password_is_refused_or_disabled_or_plain()
    {
        string whole = "{SCRAM-SHA-256}" + Pencil;
        for (int length = "{SCRAM-SHA-256}".Length; length < whole.Length; length++)
            Assert.False(StoredPassword.TryParse(whole[..length], out _, out _), whole[..length]);
    }

    [Fact]
    public void Garbage_never_throws_and_never_lets_the_empty_password_in()
    {
        const string Letters = "{}PLAINSCRM-SHA256BKDF:$=+~.09af\u00e9 ";
        var random = new Random(11);
        for (int round = 0; round < 20_000; round++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(40))
                .Select(_ => Letters[random.Next(Letters.Length)])]);
            if (StoredPassword.TryParse(text, out StoredPassword password, out _)
                && !text.Contains("SHA256}", StringComparison.Ordinal))
                Assert.False(password.Verify("ann", "shs", []), text);
        }
    }
}
