using System.Globalization;
using System.Text;
using MailModule.Authentication;
using MailModule.Tests.Dns;
using static MailModule.Tests.Authentication.Dkim.DkimSamples;

namespace MailModule.Tests.Authentication.Dkim;

/// <summary>RFC 6376 §3.5, §3.6.1 and §6.1, rule by rule.</summary>
public class RuleTests
{
    private const string Tags
        = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=sel; h=From:To:Subject; bh=*; b=";

    [Theory]
    [InlineData(Tags)]
    [InlineData("v=1; a=rsa-sha256; d=example.org; s=sel; h=From:To:Subject:Date:Received; bh=*; b=")]
    [InlineData("v=1; a=rsa-sha256; c=relaxed; d=example.org; s=sel; h=From:Received; bh=*; b=")]
    [InlineData("v=1; a=rsa-sha256; c=relaxed/simple; d=example.org; s=sel; h=From:Received:Subject; bh=*; b=")]
    [InlineData("v=1; a=rsa-sha256; c=simple/relaxed; d=example.org; s=sel; h=From:Received:Subject; bh=*; b=")]
    [InlineData("v=1; a=rsa-sha256; c=simple/relaxed; d=example.org; s=sel; h=From:From:Cc:Cc:received; bh=*;\r\n b=")]
    [InlineData("v=1;\r\n\ta = RSA-SHA256 ;\r\n c=Relaxed/SIMPLE; d=example.org; s=sel; h=From : To:\r\n C; bh=*; b=")]
    [InlineData("v=1; a=rsa-sha256; d=EXAMPLE.org; s=Sel; q=other:dns/txt; h=from; x_unknown=1; bh=*; b=")]
    [InlineData("v=1; a=rsa-sha256; d=example.org; s=sel; i=@example.org; z=From:x|To:y; h=From; bh=*; b=")]
    [InlineData("v=1; a=rsa-sha256; d=example.org; s=sel; i=joe=20x@sub.Example.ORG; h=From; bh=*; b=")]
    [InlineData("v=1; a=rsa-sha256; d=example.org; s=sel; t=1; x=999999999999; h=From; bh=*; b=")]
    [InlineData("v=1; a=rsa-sha256; d=example.org; s=sel; t=1; x=99999999999999999999999; h=From; bh=*; b=")]
    public async Task A_signature_in_order_passes(string tags)
    {
        DkimResult result = await VerifyOne(PlainSigner.Sign(Message, tags, Rsa));
        Assert.Equal((AuthResult.Pass, ""), (result.Result, result.Text));
        Assert.Equal(("example.org", "sel", "rsa-sha256", 2048),
            (result.Domain, result.Selector, result.Algorithm, result.KeyBits));
    }

    // RFC 4648 §3.5 lets who decodes take them; whoever changed one so has not changed the signature.
    [Fact]
    public async Task Bits_of_base64_that_no_octet_needs_do_not_count()
    {
        string signed = PlainSigner.Sign(Message, Tags, Rsa);
        int last = signed.IndexOf("==\r\n", StringComparison.Ordinal) - 1;
        string other = signed[..last] + (char)(signed[last] + 1) + signed[(last + 1)..];
        Assert.Equal(AuthResult.Pass, (await VerifyOne(other)).Result);
    }

    // RFC 6376 §3.4.1, §3.7: b= is left out with the white space around it, and other white space is not.
    [Theory]
    [InlineData("b=")]
    [InlineData("b=; ")]
    [InlineData("b=; q=dns/txt")]
    [InlineData("b=; q=dns/txt ")]
    [InlineData("b=; q=dns/txt;\t")]
    [InlineData("b=; q=dns/txt \r\n ")]
    public async Task Simple_white_space_at_the_end_of_a_signature_is_signed(string end)
    {
        string tags = "v=1; a=rsa-sha256; c=simple/relaxed; d=example.org; s=sel; h=From; bh=*; " + end;
        Assert.Equal(AuthResult.Pass, (await VerifyOne(PlainSigner.Sign(Message, tags, Rsa))).Result);
    }

    [Theory]
    [InlineData("v=1;", "v=2;", nameof(AuthResult.PermError))]
    [InlineData("v=1;", "v=0.5;", nameof(AuthResult.PermError))]
    [InlineData("v=1;", "", nameof(AuthResult.PermError))]
    [InlineData("a=rsa-sha256;", "", nameof(AuthResult.PermError))]
    [InlineData("d=example.org;", "", nameof(AuthResult.PermError))]
    [InlineData("s=sel;", "", nameof(AuthResult.PermError))]
    [InlineData("h=From:To:Subject;", "", nameof(AuthResult.PermError))]
    [InlineData("bh=*;", "", nameof(AuthResult.PermError))]
    [InlineData("h=From:To:Subject;", "h=;", nameof(AuthResult.PermError))]
    [InlineData("h=From:To:Subject;", "h=To:Subject;", nameof(AuthResult.PermError))]
    [InlineData("h=From:To:Subject;", "h=From::To;", nameof(AuthResult.Neutral))]
    [InlineData("h=From:To:Subject;", "h=From:T o;", nameof(AuthResult.Neutral))]
    [InlineData("h=From:To:Subject;", "h=From:To\xa0;", nameof(AuthResult.Neutral))]
    [InlineData("a=rsa-sha256;", "a=rsa-sha1;", nameof(AuthResult.PermError))]
    [InlineData("a=rsa-sha256;", "a=rsa-sha512;", nameof(AuthResult.Neutral))]
    [InlineData("c=relaxed/relaxed;", "c=nowsp;", nameof(AuthResult.Neutral))]
    [InlineData("c=relaxed/relaxed;", "c=relaxed/;", nameof(AuthResult.Neutral))]
    [InlineData("c=relaxed/relaxed;", "c=relaxed/relaxed/relaxed;", nameof(AuthResult.Neutral))]
    [InlineData("d=example.org;", "d=.example.org;", nameof(AuthResult.Neutral))]
    [InlineData("d=example.org;", "d=example..org;", nameof(AuthResult.Neutral))]
    [InlineData("d=example.org;", "d=exa\\109ple.org;", nameof(AuthResult.Neutral))]
    [InlineData("s=sel;", "s=s el;", nameof(AuthResult.Neutral))]
    [InlineData("bh=*;", "bh=AAAA;", nameof(AuthResult.Neutral))]
    [InlineData("bh=*;", "bh=%%%%;", nameof(AuthResult.Neutral))]
    [InlineData("s=sel;", "s=sel; q=dns;", nameof(AuthResult.PermError))]
    [InlineData("s=sel;", "s=sel; q=http;", nameof(AuthResult.PermError))]
    [InlineData("s=sel;", "s=sel; i=joe@example.net;", nameof(AuthResult.PermError))]
    [InlineData("s=sel;", "s=sel; i=joe@org;", nameof(AuthResult.PermError))]
    [InlineData("s=sel;", "s=sel; i=joe@badexample.org;", nameof(AuthResult.PermError))]
    [InlineData("s=sel;", "s=sel; i=joe;", nameof(AuthResult.Neutral))]
    [InlineData("s=sel;", "s=sel; i=;", nameof(AuthResult.Neutral))]
    [InlineData("s=sel;", "s=sel; l=x;", nameof(AuthResult.Neutral))]
    [InlineData("s=sel;", "s=sel; l=-1;", nameof(AuthResult.Neutral))]
    [InlineData("s=sel;", "s=sel; l=99999;", nameof(AuthResult.PermError))]
    [InlineData("s=sel;", "s=sel; l=99999999999999999999999999;", nameof(AuthResult.PermError))]
    [InlineData("s=sel;", "s=sel; t=noon;", nameof(AuthResult.Neutral))]
    [InlineData("s=sel;", "s=sel; t=2000000000; x=1999999999;", nameof(AuthResult.PermError))]
    [InlineData("s=sel;", "s=sel; t=100; x=100;", nameof(AuthResult.PermError))]
    [InlineData("s=sel;", "s=sel; s=sel;", nameof(AuthResult.Neutral))]
    [InlineData("s=sel;", "s=sel;;", nameof(AuthResult.Neutral))]
    [InlineData("s=sel;", "s=none;", nameof(AuthResult.PermError))]
    [InlineData("a=rsa-sha256;", "a=ed25519-sha256;", nameof(AuthResult.PermError))]
    public async Task A_signature_out_of_order_does_not(string from, string to, string expected)
    {
        Assert.Contains(from, Tags, StringComparison.Ordinal);
        DkimResult result = await VerifyOne(
            PlainSigner.Sign(Message, Tags.Replace(from, to, StringComparison.Ordinal), Rsa));
        Assert.Equal(expected, result.Result.ToString());
        Assert.NotEqual("", result.Text);
    }

    [Theory]
    [InlineData("v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=sel; h=From; bh=*; b=!")]
    [InlineData("v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=sel; h=From; bh=*; e=")]
    public async Task Without_b_nothing_is_signed(string tags)
        => Assert.NotEqual(AuthResult.Pass, (await VerifyOne(PlainSigner.Sign(Message, tags, Rsa))).Result);

    [Theory]
    [InlineData(-301, nameof(AuthResult.Fail))]
    [InlineData(-299, nameof(AuthResult.Pass))]
    [InlineData(1, nameof(AuthResult.Pass))]
    public async Task A_signature_expires_and_clocks_may_differ(int seconds, string expected)
    {
        long end = Now.ToUnixTimeSeconds() + seconds;
        DkimResult result = await VerifyOne(PlainSigner.Sign(Message, $"x={end}; {Tags}", Rsa));
        Assert.Equal(expected, result.Result.ToString());
        Assert.Equal(end, result.Expires!.Value.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData(301, nameof(AuthResult.PermError))]
    [InlineData(299, nameof(AuthResult.Pass))]
    public async Task A_signature_of_the_future_is_none(int seconds, string expected)
    {
        long begin = Now.ToUnixTimeSeconds() + seconds;
        DkimResult result = await VerifyOne(PlainSigner.Sign(Message, $"t={begin}; {Tags}", Rsa));
        Assert.Equal(expected, result.Result.ToString());
    }

    [Theory]
    [InlineData("v=DKIM1; h=sha256; s=email; n=note; g=*; {0}", nameof(AuthResult.Pass))]
    [InlineData("{0}; s=tlsrpt:*", nameof(AuthResult.Pass))]
    [InlineData("{0}; h=sha1:sha256", nameof(AuthResult.Pass))]
    [InlineData("v=DKIM1; p=", nameof(AuthResult.PermError))]
    [InlineData("v=DKIM2; {0}", nameof(AuthResult.PermError))]
    [InlineData("{0}; h=sha1", nameof(AuthResult.PermError))]
    [InlineData("{0}; s=tlsrpt", nameof(AuthResult.PermError))]
    [InlineData("{0}; k=ed25519", nameof(AuthResult.PermError))]
    [InlineData("{0}; k=unknown", nameof(AuthResult.PermError))]
    [InlineData("{0}x", nameof(AuthResult.PermError))]
    [InlineData("p=AAAA", nameof(AuthResult.PermError))]
    [InlineData("no key at all", nameof(AuthResult.PermError))]
    [InlineData("", nameof(AuthResult.PermError))]
    public async Task A_key_record_counts_as_RFC_6376_says(string record, string expected)
    {
        string key = Rsa.Record[Rsa.Record.IndexOf("p=", StringComparison.Ordinal)..];
        ScriptedDns dns = new ScriptedDns().Key("sel", "example.org",
            string.Format(CultureInfo.InvariantCulture, record, key));
        Assert.Equal(expected, (await VerifyOne(PlainSigner.Sign(Message, Tags, Rsa), dns)).Result.ToString());
    }

    [Theory]
    [InlineData("@example.org", nameof(AuthResult.Pass))]
    [InlineData("@sub.example.org", nameof(AuthResult.PermError))]
    public async Task A_strict_key_is_for_its_domain_alone(string identity, string expected)
    {
        ScriptedDns dns = new ScriptedDns().Key("sel", "example.org", Rsa.Record + "; t=s:y");
        DkimResult result = await VerifyOne(PlainSigner.Sign(Message, $"i={identity}; {Tags}", Rsa), dns);
        Assert.Equal((expected, true), (result.Result.ToString(), result.IsTesting));
        Assert.Equal(identity, result.Identity);
    }

    [Fact]
    public async Task Of_several_records_the_one_that_fits_counts()
    {
        string signed = PlainSigner.Sign(Message, Tags, Rsa);
        foreach (string[] records in new[]
            { [Ed25519.Record, Rsa.Record], [Rsa.Record, "v=spf1 -all"], (string[])["text", "p=", Rsa.Record] })
            Assert.Equal(AuthResult.Pass,
                (await VerifyOne(signed, new ScriptedDns().Key("sel", "example.org", records))).Result);
        Assert.Equal(AuthResult.PermError, (await VerifyOne(
            signed, new ScriptedDns().Key("sel", "example.org", "a", "b", "c", Rsa.Record))).Result);
    }

    [Fact]
    public async Task A_message_without_signatures_has_one_result_that_says_so()
    {
        foreach (string message in new[]
            { "", "\r\n", "From: a@b\r\n", Message, "DKIM: x\r\n\r\nDKIM-Signature: v=1\r\n" })
            Assert.Equal(AuthResult.None, (await VerifyOne(message)).Result);
    }

    [Fact]
    public async Task The_length_is_taken_at_its_word_with_a_warning()
    {
        const string body = "Hello Sue,\r\n\r\nhow are you?\r\n";
        string signed = PlainSigner.Sign(Message, $"l={body.Length}; {Tags}", Rsa);
        DkimResult whole = await VerifyOne(signed);
        Assert.Equal((AuthResult.Pass, false, body.Length, ""),
            (whole.Result, whole.IsBodyLonger, (int)whole.SignedLength, whole.Text));
        DkimResult longer = await VerifyOne(signed + "\r\nBuy here!\r\n");
        Assert.Equal((AuthResult.Pass, true), (longer.Result, longer.IsBodyLonger));
        Assert.NotEqual("", longer.Text);
        DkimResult nothing = await VerifyOne(PlainSigner.Sign(Message, $"l=0; {Tags}", Rsa));
        Assert.Equal((AuthResult.Pass, true, 0L), (nothing.Result, nothing.IsBodyLonger, nothing.SignedLength));
    }

    [Theory]
    [InlineData("b\u00fccher.example", "xn--bcher-kva.example")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    public async Task Names_beyond_ASCII_are_asked_for_with_A_labels(string domain, string ascii)
    {
        string utf8 = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(domain));
        string selector = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("\u00e4s"));
        ScriptedDns dns = new ScriptedDns().Key("xn--s-zfa", ascii, Rsa.Record);
        DkimResult result = await VerifyOne(PlainSigner.Sign(Message,
            $"v=1; a=rsa-sha256; d={utf8}; s={selector}; i=\xc3\xa4@{ascii}; h=From; bh=*; b=", Rsa), dns);
        Assert.Equal((AuthResult.Pass, ascii, "\u00e4@" + ascii), (result.Result, result.Domain, result.Identity));
    }

    [Theory]
    [InlineData(512, nameof(AuthResult.Policy))]
    [InlineData(1016, nameof(AuthResult.Policy))]
    [InlineData(1024, nameof(AuthResult.Pass))]
    public async Task A_short_key_proves_nothing(int bits, string expected)
    {
        SigningKey key = new ShortKey(bits);
        DkimResult result = await VerifyOne(PlainSigner.Sign(Message, Tags, key),
            new ScriptedDns().Key("sel", "example.org", key.Record));
        Assert.Equal((expected, bits), (result.Result.ToString(), result.KeyBits));
    }

    [Fact]
    public async Task Ed25519_signs_too()
    {
        const string tags = "v=1; a=ed25519-sha256; d=example.org; s=ed; h=From; bh=*; b=";
        DkimResult result = await VerifyOne(PlainSigner.Sign(Message, tags, Ed25519));
        Assert.Equal((AuthResult.Pass, 256, "ed25519-sha256"), (result.Result, result.KeyBits, result.Algorithm));
    }
}
