using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using MailModule.Authentication;
using MailModule.Authentication.Dkim;
using MailModule.Tests.Dns;
using static MailModule.Tests.Authentication.Dkim.DkimSamples;

namespace MailModule.Tests.Authentication.Dkim;

public class SigningTests
{
    private static readonly DkimKey s_rsa = new("example.org", "sel", Rsa);
    private static readonly DkimKey s_ed25519 = new("example.org", "ed", Ed25519);

    [Fact]
    public async Task What_is_signed_with_each_key_passes_with_each()
    {
        string fields = Sign(Message, s_rsa, s_ed25519);
        Assert.EndsWith("\r\n", fields, StringComparison.Ordinal);
        IReadOnlyList<DkimResult> results = await Verify(Passing.Octets(fields + Message), Keys);
        Assert.Equal(["rsa-sha256 sel Pass", "ed25519-sha256 ed Pass"],
            results.Select(result => $"{result.Algorithm} {result.Selector} {result.Result}"));
        Assert.All(results, result => Assert.Equal((Now, -1L), (result.SignedAt, result.SignedLength)));
    }

    [Fact]
    public void A_field_that_stands_is_signed_as_often_and_once_more()
    {
        string field = Sign("To: more@example.net\r\nSender: x@example.org\r\n" + Message, s_rsa);
        field = Regex.Replace(field, @"\s", "");
        string names = Regex.Match(field, ";h=([^;]*);").Groups[1].Value;
        Assert.Equal("From:From:To:To:To:Cc:Subject:Subject:Date:Date:Message-ID:Message-ID:Reply-To:MIME-Version:"
            + "Content-Type:Content-Transfer-Encoding:Sender", names);
        Assert.DoesNotContain("l=", field[..field.IndexOf(";bh=", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Contains("c=relaxed/relaxed;", field, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("From: b@example.org\r\n")]
    [InlineData("Subject: other\r\n")]
    [InlineData("Cc: other@example.org\r\n")]
    [InlineData("Content-Type: text/html\r\n")]
    [InlineData("Reply-To: thief@example.net\r\n")]
    public async Task A_field_that_is_put_in_breaks_the_signature(string added)
    {
        string signed = Sign(Message, s_rsa) + Message;
        Assert.Equal(AuthResult.Pass, (await VerifyOne(signed)).Result);
        Assert.Equal(AuthResult.Fail, (await VerifyOne(added + signed)).Result);
        Assert.Equal(AuthResult.Fail,
            (await VerifyOne(signed.Replace("\r\n\r\n", "\r\n" + added + "\r\n", StringComparison.Ordinal))).Result);
    }

    [Fact]
    public void Lines_have_78_characters_at_most()
    {
        string[] lines = Sign(Message, s_rsa, s_ed25519).Split("\r\n");
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 78));
        Assert.All(lines.SkipLast(1), line => Assert.Matches("^(DKIM-Signature: | )\\S.*", line));
    }

    [Fact]
    public async Task Names_that_are_longer_than_a_line_are_signed_for()
    {
        string domain = string.Join('.', Enumerable.Repeat(new string('d', 29), 5)) + ".example";
        string selector = new('s', 63);
        string message = Message.Replace("@example.org", "@" + domain, StringComparison.Ordinal);
        string fields = Sign(message, new DkimKey(domain, selector, Rsa));
        Assert.Equal(AuthResult.Pass,
            (await VerifyOne(fields + message, new ScriptedDns().Key(selector, domain, Rsa.Record))).Result);
    }

    [Theory]
    [InlineData("Subject: x\r\n", "no From")]
    [InlineData("From: a@example.org\r\nFrom: a@example.org\r\n", "several From")]
    [InlineData("From: \r\n", "no address")]
    [InlineData("From: Joe\r\n", "cannot be read")]
    [InlineData("From: postmaster\r\n", "no domain")]
    [InlineData("From: friends: a@example.org, b@example.org;\r\n", "cannot be read")]
    [InlineData("From: a@example.org, b@example.net\r\n", "several domains")]
    [InlineData("From: a@example.org (\r\n", "cannot be read")]
    public void A_message_of_nobody_is_not_signed(string header, string reason)
    {
        DkimSigning signing = Signing(header + "\r\ntext\r\n", s_rsa);
        Assert.False(signing.IsSigned);
        Assert.Contains(reason, signing.Reason, StringComparison.Ordinal);
        Assert.Equal("", Fields(signing));
    }

    [Theory]
    [InlineData("From: a@EXAMPLE.org\r\n")]
    [InlineData("FROM : \"Joe, <x@other.example>\" (mr: x)\r\n <a@example.org>\r\n")]
    [InlineData("From: a@example.org, Sue <b@Example.Org>\r\n")]
    [InlineData("From: =?utf-8?q?J=C3=B6rg?= <a@example.org>\r\n")]
    [InlineData("From: J\xc3\xb6rg <a@example.org>\r\n")]
    [InlineData("From: J\xf6rg <a@example.org>\r\n")]
    public async Task The_From_field_says_whose_message_it_is(string from)
    {
        string message = from + "To:\r\n\r\ntext";
        Assert.Equal(AuthResult.Pass, (await VerifyOne(Sign(message, s_rsa) + message)).Result);
    }

    [Fact]
    public void The_domain_is_asked_for_with_A_labels()
    {
        var keys = new OneSet([]);
        var signing = new DkimSigning(keys, new SetTime(Now));
        Passing.Pass(Passing.Octets("From: a@b\xc3\xbc" + "cher.Example\r\n\r\n"), 5, signing);
        Assert.Equal("xn--bcher-kva.example", keys.Asked);
        Assert.Equal((false, ""), (signing.IsSigned, signing.Reason));
    }

    [Fact]
    public void A_header_that_nobody_reads_is_not_signed()
    {
        foreach (string field in new[] { "To: a@example.org\r\n", new string('x', 600_000) + ": y\r\n" })
        {
            string header = string.Concat(Enumerable.Repeat(field, 250)) + "From: a@example.org\r\n\r\n";
            DkimSigning signing = Signing(header, s_rsa);
            Assert.False(signing.IsSigned);
            Assert.NotEqual("", signing.Reason);
        }
    }

    [Fact]
    public async Task Cut_anywhere_and_with_either_line_end_the_signature_is_the_same()
    {
        string whole = Sign(Message, s_ed25519);
        foreach (int size in Passing.Sizes)
        {
            Assert.Equal(whole, Fields(Signing(Message, size, s_ed25519)));
            string lines = Message.Replace("\r\n", "\n", StringComparison.Ordinal);
            Assert.Equal(whole, Fields(Signing(lines, size, s_ed25519)));
        }
        Assert.Equal(AuthResult.Pass, (await VerifyOne(whole + Message)).Result);
    }

    [Fact]
    public async Task Signatures_that_stand_already_stay_right()
    {
        string once = Sign(Message, s_rsa) + Message;
        string twice = Sign(once, s_ed25519) + once;
        Assert.All(await Verify(Passing.Octets(twice), Keys), result => Assert.Equal(AuthResult.Pass, result.Result));
    }

    private static string Sign(string message, params DkimKey[] keys) => Fields(Signing(message, keys));

    private static DkimSigning Signing(string message, params DkimKey[] keys) => Signing(message, int.MaxValue, keys);

    private static DkimSigning Signing(string message, int size, params DkimKey[] keys)
    {
        var signing = new DkimSigning(new OneSet(keys), new SetTime(Now));
        Passing.Pass(Passing.Octets(message), size, signing);
        return signing;
    }

    private static string Fields(DkimSigning signing)
    {
        var output = new ArrayBufferWriter<byte>();
        signing.WriteFields(output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }

    /// <summary>The same keys for every domain that is theirs; for others, none.</summary>
    private sealed class OneSet(DkimKey[] keys) : IDkimKeys
    {
        public string Asked { get; private set; } = "";

        public IReadOnlyList<DkimKey> Find(string domain)
        {
            Asked = domain;
            return [.. keys.Where(key => key.Domain == domain)];
        }
    }
}
