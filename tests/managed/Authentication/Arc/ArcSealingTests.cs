using MailModule.Authentication;
using MailModule.Authentication.Arc;
using MailModule.Authentication.Dkim;
using MailModule.Tests.Authentication.Dkim;
using static MailModule.Tests.Authentication.Arc.ArcSamples;

namespace MailModule.Tests.Authentication.Arc;

/// <summary>What is sealed (RFC 8617 §5.1), what is not, and what it says.</summary>
public class ArcSealingTests
{
    [Fact]
    public async Task A_seal_tells_what_was_found_out_here()
    {
        string fields = Seal(Message);
        Assert.All(fields.Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
        Assert.Matches(
            "^ARC-Seal: a=rsa-sha256;\r\n b=[^;]*;\r\n cv=none; d=example.org; i=1; s=sel; t=[0-9]+\r\n"
                + "ARC-Message-Signature: ",
            fields);
        ArcResult result = await Validate(fields + Message);
        Assert.Equal(AuthResult.Pass, result.Result);
        Assert.Equal(
            $"{Own}; spf=pass smtp.mailfrom=joe@example.org; dkim=none; arc=none; dmarc=pass header.from=example.org",
            Assert.Single(result.Reported));
        foreach (int size in Passing.Sizes)
            Assert.Equal(fields, Seal(Message, size: size));
    }

    [Fact]
    public async Task An_ed25519_key_seals_too()
    {
        var key = new DkimKey("example.org", "ed", DkimSamples.Ed25519);
        string fields = Seal(Message, new ArcSealing(key, Own, new DkimSamples.SetTime(DkimSamples.Now)));
        Assert.Equal(AuthResult.Pass, (await Validate(fields + Message)).Result);
    }

    [Fact]
    public async Task What_passes_on_through_lists_of_one_host_stays_sealed()
    {
        string sealedOnce = Seal(Message) + Message;
        string again = $"Received: by {Own}; Sun, 29 Nov 2026 12:00:01 +0000\r\nDelivered-To: a@example.org\r\n"
            + $"List-Id: <b>\r\n{sealedOnce}";
        Assert.Equal("", Seal(again));
        Assert.Equal(AuthResult.Pass, (await Validate(again)).Result);
    }

    [Theory]
    [InlineData("Authentication-Results: other.example; arc=none\r\n", "nothing was found out")]
    [InlineData("", "nothing was found out")]
    [InlineData($"Authentication-Results: {Own}; arc=\r\n", "nothing was found out")]
    [InlineData($"Authentication-Results: {Own}; arc=pass\r\n", "the chain that passed is not there")]
    [InlineData($"Authentication-Results: {Own}; arc=fail\r\n", "no instance")]
    [InlineData($"Authentication-Results: {Own}; arc=temperror\r\n", "was not found out")]
    [InlineData($"Authentication-Results: {Own}; spf=pass\r\nARC-Seal: i=1\r\n", "nobody has looked at")]
    [InlineData($"Authentication-Results: {Own}; arc=pass\r\nARC-Seal: i=1\r\n", "is not there")]
    public void What_is_not_sealed_says_why(string front, string reason)
    {
        var sealing = new ArcSealing(Key, Own, TimeProvider.System);
        Assert.Equal("", Seal(front + DkimSamples.Message, sealing));
        Assert.False(sealing.IsSealed);
        Assert.Contains(reason, sealing.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"Authentication-Results: {Own}; none\r\n", $"{Own}; none")]
    [InlineData(
        $"Authentication-Results: MX.Example.ORG 1; none\r\nAuthentication-Results: {Own}; spf=pass\r\n",
        $"{Own}; spf=pass")]
    [InlineData($"Authentication-Results: {Own};\r\n\tspf=pass;\r\n\r\n", $"{Own}; spf=pass")]
    [InlineData(
        $"Authentication-Results: ({Own}; x) \"{Own}\" (a;\\)b;) ; spf=pass (c;d) smtp.helo=\"e;f\"\r\n",
        $"{Own}; spf=pass (c;d) smtp.helo=\"e;f\"")]
    [InlineData(
        $"Authentication-Results: {Own}; spf=pass\r\nAuthentication-Results: else.example; dkim=pass\r\n"
            + $"Authentication-Results: {Own}; dkim=fail\r\n",
        $"{Own}; spf=pass; dkim=fail")]
    [InlineData($"Authentication-Results: {Own}; spf=pass reason=\"\u00fc\"\r\n", $"{Own}; spf=pass reason=\"?\"")]
    public async Task All_fields_of_our_name_are_told_in_one(string front, string told)
    {
        string message = front + DkimSamples.Message;
        ArcResult result = await Validate(Seal(message) + message);
        Assert.Equal((AuthResult.Pass, told), (result.Result, Assert.Single(result.Reported)));
    }

    [Fact]
    public async Task A_chain_that_failed_is_marked_once_and_by_itself()
    {
        string broken = Chain(2).Replace("i=1; s=sel", "i=1; s=sol", StringComparison.Ordinal);
        string marked = Seal(broken, With("arc=fail"));
        Assert.Contains("cv=fail; d=example.org; i=3;", marked, StringComparison.Ordinal);
        ArcResult result = await Validate(marked + broken);
        Assert.Equal((AuthResult.Fail, "the chain failed at i=3 already"), (result.Result, result.Text));
        // RFC 8617 §5.1.2: the seal covers its own set alone
        string alone = marked.Replace("i=3;", "i=1;", StringComparison.Ordinal);
        Assert.NotEqual(marked, alone);
        Assert.Equal("", Seal(marked + broken, With("arc=fail")));
    }

    [Fact]
    public void A_chain_whose_fields_are_not_in_order_is_marked_behind_the_last()
    {
        string message = "ARC-Seal: i=7; cv=pass\r\nARC-Seal: i=9\r\n" + Message;
        Assert.Contains("i=10;", Seal(message, With("arc=fail")), StringComparison.Ordinal);
        Assert.Equal("", Seal("ARC-Seal: i=50\r\n" + Message, With("arc=fail")));
        Assert.Equal("", Seal("ARC-Seal: x\r\n" + Message, With("arc=fail")));
    }

    [Fact]
    public void Results_that_are_given_count_for_the_messages_own()
    {
        Assert.Contains("spf=fail", Seal(Message, With("arc=none; spf=fail")), StringComparison.Ordinal);
        foreach (string wrong in (string[])["", "spf", "arc=none\r\n\r\nX", "arc=none; ;", new string('x', 20_000)])
            Assert.Equal("", Seal(Message, With(wrong)));
        Assert.DoesNotContain("\nX", Seal(Message, With("arc=none (a\r\nX: y)")), StringComparison.Ordinal);
        Assert.Equal("", Seal(Message, With($"arc=none; spf=pass ({new string('x', 901)})")));
    }

    [Fact]
    public async Task A_message_without_a_key_a_body_or_an_end_of_its_header_is_dealt_with()
    {
        Assert.Equal("", Seal(Message, new ArcSealing(null, Own, TimeProvider.System)));
        foreach (string message in (string[])[Found, Found + "\r\n", Found + "From: x\r\n\r\n"])
        {
            string whole = Seal(message) + message;
            Assert.Equal(AuthResult.Pass, (await Validate(whole)).Result);
        }
    }

    [Fact]
    public void Every_message_that_is_cut_is_sealed_or_not_without_a_fault()
    {
        string message = Chain(1);
        for (int length = 0; length < message.Length; length += 5)
            Seal(message[..length], With("arc=pass"));
    }
}
