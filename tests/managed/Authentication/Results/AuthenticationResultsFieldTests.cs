using System.Buffers;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Results;

namespace MailModule.Tests.Authentication.Results;

/// <summary>The field that we write (RFC 8601 §2.2), and that what strangers say cannot break it.</summary>
public class AuthenticationResultsFieldTests
{
    private static readonly MessageResults All = new()
    {
        Helo = new SpfResult(AuthResult.None, SpfIdentity.Helo, "postmaster@mx.example.org", "mx.example.org"),
        MailFrom = new SpfResult(AuthResult.Pass, SpfIdentity.MailFrom, "bounce@example.org", "example.org"),
        Dkim =
        [
            new DkimResult(AuthResult.Pass, "example.org", "s2026", "")
            {
                Identity = "@example.org", Algorithm = "rsa-sha256", KeyBits = 2048, SignatureStart = "dzdVyOfA",
            },
            new DkimResult(AuthResult.Fail, "list.example", "k1", "the body hash does not match")
            {
                Identity = "a@list.example", Algorithm = "ed25519-sha256", KeyBits = 256, SignatureStart = "a/b+c==x",
                IsTesting = true,
            },
        ],
        Arc = new ArcResult(AuthResult.Pass) { Instances = 2, OldestPass = 1 },
        Dmarc = new DmarcResult(AuthResult.Fail, "example.com", "nothing that has passed is aligned")
        {
            PolicyDomain = "example.com",
            Policy = DmarcPolicy.Reject,
            Disposition = DmarcPolicy.Quarantine,
            IsTesting = true,
        },
    };

    [Fact]
    public void All_results_stand_in_one_field()
        => Assert.Equal(
            """
            Authentication-Results: mail.example.net;
             spf=pass smtp.mailfrom=bounce@example.org;
             spf=none smtp.helo=mx.example.org;
             dkim=pass (2048-bit key) header.d=example.org header.i=@example.org
             header.s=s2026 header.a=rsa-sha256 header.b=dzdVyOfA;
             dkim=fail (256-bit key, testing) reason="the body hash does not match"
             header.d=list.example header.i=a@list.example header.s=k1
             header.a=ed25519-sha256 header.b="a/b+c==x";
             arc=pass (i=2) header.oldest-pass=1;
             dmarc=fail (p=reject t=y at example.com)
             reason="nothing that has passed is aligned" header.from=example.com
             policy.dmarc=quarantine

            """.ReplaceLineEndings("\r\n"), Written(All));

    [Fact]
    public void Nothing_that_was_checked_is_none()
        => Assert.Equal("Authentication-Results: mail.example.net; none\r\n", Written(MessageResults.Empty));

    [Fact]
    public void A_null_path_is_checked_once_and_told_once()
    {
        var helo = new SpfResult(AuthResult.Pass, SpfIdentity.Helo, "postmaster@mx.example.org", "mx.example.org");
        Assert.Equal("Authentication-Results: mail.example.net;\r\n spf=pass smtp.helo=mx.example.org\r\n",
            Written(new MessageResults { Helo = helo, MailFrom = helo }));
    }

    [Fact]
    public void A_message_without_a_signature_or_a_record_says_so()
        => Assert.Equal(
            """
            Authentication-Results: mail.example.net;
             dkim=none reason="no signature";
             dmarc=none reason="no DMARC record" header.from=example.org

            """.ReplaceLineEndings("\r\n"), Written(new MessageResults
            {
                Dkim = [new DkimResult(AuthResult.None, "", "", "no signature")],
                Dmarc = new DmarcResult(AuthResult.None, "example.org", "no DMARC record"),
            }));

    [Theory]
    [InlineData(AuthResult.SoftFail, "softfail")]
    [InlineData(AuthResult.Neutral, "neutral")]
    [InlineData(AuthResult.Policy, "policy")]
    [InlineData(AuthResult.TempError, "temperror")]
    [InlineData(AuthResult.PermError, "permerror")]
    internal void Results_have_their_words(AuthResult result, string word)
        => Assert.Contains($" spf={word} ", Written(Spf("a@b.example", result)), StringComparison.Ordinal);

    [Theory]
    [InlineData("a@example.org", "a@example.org")]
    [InlineData("SRS0=x=y=z=a@example.org", "SRS0=x=y=z=a@example.org")]
    [InlineData("\"a b\"@example.org", "\"\\\"a b\\\"@example.org\"")]
    [InlineData("a..b@example.org", "\"a..b@example.org\"")]
    [InlineData("a@b\u00fccher.example", "a@xn--bcher-kva.example")]
    [InlineData("\u00fc@b\u00fccher.example", "xn--bcher-kva.example")]
    [InlineData("a@[192.0.2.1]", "\"a@[192.0.2.1]\"")]
    [InlineData("a;b@example.org", "\"a;b@example.org\"")]
    [InlineData("a@example.org\r\nX: y", "\"a@example.org??X: y\"")]
    [InlineData("a\"b\\@example.org", "\"a\\\"b\\\\@example.org\"")]
    [InlineData("nobody", "nobody")]
    public void Addresses_are_bare_where_they_may_be_and_else_quoted(string sender, string written)
    {
        string text = Written(Spf(sender));
        Assert.Contains("smtp.mailfrom=" + written, text, StringComparison.Ordinal);
        Assert.Equal(2, text.Count(c => c == '\n'));
    }

    [Fact]
    public void Of_a_very_long_address_the_domain_is_told()
        => Assert.Contains("smtp.mailfrom=example.org",
            Written(Spf(new string('a', 500) + "@example.org")), StringComparison.Ordinal);

    [Fact]
    public void What_strangers_say_neither_ends_the_field_nor_begins_a_result()
    {
        const string evil = "x\"; dmarc=pass (\\) \r\nSubject: y\r\n\r\n\0\u00fc;spf=pass)";
        var results = new MessageResults
        {
            Helo = new SpfResult(AuthResult.Fail, SpfIdentity.Helo, evil, evil, evil),
            MailFrom = new SpfResult(AuthResult.Fail, SpfIdentity.MailFrom, evil + "@" + evil, evil, evil),
            Dkim =
            [
                new DkimResult(AuthResult.Fail, evil, evil, evil)
                {
                    Identity = evil, Algorithm = evil, SignatureStart = evil, KeyBits = 1,
                },
            ],
            Arc = new ArcResult(AuthResult.Fail, evil) { Instances = 1 },
            Dmarc = new DmarcResult(AuthResult.Fail, evil, evil) { PolicyDomain = evil },
        };
        string text = Written(results);
        foreach (string line in text.Split("\r\n")[1..^1])
            Assert.StartsWith(" ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(text.Replace("\r\n", "", StringComparison.Ordinal), c => c is < ' ' or > '~');
        Assert.True(ReportedResults.TryParse(Encoding.ASCII.GetBytes(text[(text.IndexOf(':') + 1)..]), out var read));
        Assert.Equal(["spf fail", "spf fail", "dkim fail", "arc fail", "dmarc fail"],
            read.Results.Select(one => $"{one.Method} {one.Result}"));
    }

    [Fact]
    public void Random_values_are_read_back_as_they_were_written()
    {
        const string letters = "ab1.-@\"\\ ;()=?/\t\r\n";
        var random = new Random(8601);
        for (int i = 0; i < 5000; i++)
        {
            string selector = random.GetString(letters, random.Next(1, 90));
            string reason = random.GetString(letters, random.Next(1, 90));
            var signature = new DkimResult(AuthResult.Fail, "d.example", selector, reason);
            string text = Written(new MessageResults { Dkim = [signature] });
            Assert.All(text.Split("\r\n"), line => Assert.InRange(line.Length, 0, 998));
            byte[] value = Encoding.ASCII.GetBytes(text[(text.IndexOf(':') + 1)..]);
            Assert.True(ReportedResults.TryParse(value, out ReportedResults read), text);
            Assert.Equal("d.example", read.Results[0].Property("header.d"));
            // Where a long one is folded, blanks are one.
            Assert.Equal(Flat(reason), Flat(read.Results[0].Reason));
            Assert.Equal(Printable(selector), read.Results[0].Property("header.s"));
        }
    }

    [Fact]
    public void A_reason_is_folded_where_it_does_not_fit_into_a_line()
    {
        string reason = string.Join(' ', Enumerable.Repeat("word", 30));
        var signature = new DkimResult(AuthResult.Fail, "d.example", "s", reason);
        string text = Written(new MessageResults { Dkim = [signature] });
        Assert.All(text.Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
        Assert.Contains($"reason=\"{reason}\"", text.Replace("\r\n", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_are_short_where_words_are()
        => Assert.All(Written(All).Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));

    [Fact]
    public void Another_field_may_begin_the_same_way()
    {
        var output = new ArrayBufferWriter<byte>();
        AuthenticationResultsField.Write(
            output, "ARC-Authentication-Results: i=1;", "mail.example.net", Spf("a@b.example"));
        Assert.Equal(
            "ARC-Authentication-Results: i=1; mail.example.net;\r\n spf=pass smtp.mailfrom=a@b.example\r\n",
            Encoding.ASCII.GetString(output.WrittenSpan));
    }

    private static string Printable(string text) => new([.. text.Select(c => c is >= ' ' and <= '~' ? c : '?')]);

    private static string Flat(string text)
        => string.Join(' ', Printable(text).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static MessageResults Spf(string sender, AuthResult result = AuthResult.Pass)
        => new() { MailFrom = new SpfResult(result, SpfIdentity.MailFrom, sender, "example.org") };

    private static string Written(MessageResults results)
    {
        var output = new ArrayBufferWriter<byte>();
        AuthenticationResultsField.Write(output, "mail.example.net", results);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }
}
