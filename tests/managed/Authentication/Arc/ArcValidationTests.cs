using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Arc;
using MailModule.Authentication.Dkim;
using MailModule.Dns;
using MailModule.Tests.Authentication.Dkim;
using MailModule.Tests.Dns;
using MailModule.Tests.Support;
using static MailModule.Tests.Authentication.Arc.ArcSamples;

namespace MailModule.Tests.Authentication.Arc;

/// <summary>What a chain is worth (RFC 8617 §5.2), by rule, by flipped bit, with a DNS that fails, and under attack.
/// </summary>
public class ArcValidationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(50)]
    public async Task A_chain_of_up_to_fifty_passes(int sets)
    {
        string message = Chain(sets);
        foreach (int size in Passing.Sizes)
        {
            ArcResult result = await Validate(message, size: size);
            Assert.Equal(
                (AuthResult.Pass, "", sets, 0), (result.Result, result.Text, result.Instances, result.OldestPass));
            Assert.Equal(Enumerable.Repeat("example.org", sets), result.Sealers);
            Assert.Equal("sel", result.Selector);
            Assert.Equal($"{Own}; arc=none", result.Reported[0]);
        }
        Assert.Equal(AuthResult.Pass, (await Validate(message.Replace("\r\n", "\n", StringComparison.Ordinal))).Result);
    }

    [Fact]
    public async Task A_chain_of_more_than_fifty_fails_and_is_not_made()
    {
        string message = Chain(50);
        Assert.Equal("", Seal(message, With("arc=pass")));
        message = message.Replace("i=50;", "i=51;", StringComparison.Ordinal);
        Assert.Equal(AuthResult.Fail, (await Validate(message)).Result);
    }

    [Fact]
    public async Task The_example_of_the_rfc_has_three_sets_and_the_body_that_they_say()
    {
        string message = File.ReadAllText(Repository.In("tests", "vectors", "arc", "rfc8617-b1.eml"));
        var dns = new ZoneDns(); // its keys are nowhere
        ArcResult result = await Validate(message.ReplaceLineEndings("\r\n"), dns);
        Assert.Equal((AuthResult.Fail, 3, "clochette"), (result.Result, result.Instances, result.Selector));
        Assert.Equal(
            "ARC-Message-Signature i=3: there is no key clochette._domainkey.clochette.example.org", result.Text);
        Assert.Equal(["lists.example.org", "gmail.example", "clochette.example.org"], result.Sealers);
        Assert.StartsWith(
            "gmail.example; spf=fail smtp.from=jqd@d1.example;", result.Reported[1], StringComparison.Ordinal);
        Assert.Equal(
            [
                "TXT 20120806._domainkey.gmail.example", "TXT clochette._domainkey.clochette.example.org",
                "TXT dk-lists._domainkey.lists.example.org",
            ],
            dns.Asked.Order());
    }

    [Fact]
    public async Task A_message_without_fields_of_arc_has_no_chain_and_asks_for_nothing()
    {
        var dns = new ScriptedDns();
        foreach (string message in (string[])[Message, "", "\r\n", "\r\nARC-Seal: i=1\r\n", "ARC-Seals: i=1\r\n\r\n"])
        {
            ArcResult result = await Validate(message, dns);
            Assert.Equal((AuthResult.None, 0, 0), (result.Result, result.Instances, result.Sealers.Count));
        }
    }

    [Fact]
    public async Task The_body_may_change_where_a_later_host_has_sealed_it()
    {
        string first = Chain(1);
        string changed = first + "-- \r\nThe list\r\n";
        Assert.Equal(AuthResult.Fail, (await Validate(changed)).Result);
        string again = Seal(changed, With("arc=pass")) + changed;
        ArcResult result = await Validate(again);
        Assert.Equal((AuthResult.Pass, 2), (result.Result, result.OldestPass));
        string third = Seal(again, With("arc=pass")) + again;
        Assert.Equal((AuthResult.Pass, 2), await ResultOf(third));
        Assert.Equal((AuthResult.Fail, 0), await ResultOf(third + "x"));
    }

    [Fact]
    public async Task Every_bit_that_is_flipped_is_noticed()
    {
        string message = Chain(2);
        int end = message.IndexOf(Found, StringComparison.Ordinal);
        int body = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        int[] places = [.. Enumerable.Range(0, end), .. Enumerable.Range(body + 4, message.Length - body - 4)];
        byte[] octets = Passing.Octets(message);
        foreach (int place in places)
        {
            int bit = place % 8;
            octets[place] ^= (byte)(1 << bit);
            string other = Encoding.Latin1.GetString(octets);
            octets[place] ^= (byte)(1 << bit);
            if ((await Validate(other)).Result == AuthResult.Pass)
                Assert.True(IsHarmless(message[place], other[place]), $"{place}: {other[Math.Max(0, place - 30)..]}");
        }
    }

    // Capitals in names, blanks for blanks: what relaxed leaves open. Of names of tags and of base64 it does not.
    private static bool IsHarmless(char before, char after)
        => char.ToLowerInvariant(before) == char.ToLowerInvariant(after) && char.IsLetter(before)
            || before is ' ' or '\t' or '\r' or '\n' || after is ' ' or '\t' or '\r' or '\n';

    [Theory]
    [InlineData("cv=none", "cv=pass", "has no cv=none")]
    [InlineData("cv=pass", "cv=none", "has no cv=pass")]
    [InlineData("cv=pass", "cv=maybe", "has no cv=pass")]
    [InlineData("cv=pass", "cv=fail", "the chain failed at i=2 already")]
    [InlineData("cv=none", "cv=fail", "has no cv=none")]
    [InlineData("ARC-Seal: a=rsa-sha256;", "ARC-Seal: a=rsa-sha256; h=from;", "a seal has no h=")]
    [InlineData("ARC-Seal: a=rsa-sha256", "ARC-Seal: a=rsa-sha1", "rsa-sha1")]
    [InlineData("ARC-Seal: ", "ARC-Seals: ", "the set i=2 is not whole")]
    [InlineData("ARC-Message-Signature: ", "X: ", "the set i=2 is not whole")]
    [InlineData("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: i=1;", "two ARC-Auth")]
    [InlineData("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: ", "has no i=")]
    [InlineData("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: i=002;", "has no i=")]
    [InlineData("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: i=2", "has no i=")]
    [InlineData("h=From:", "h=ARC-Seal:From:", "a seal is signed by seals alone")]
    [InlineData("s=sel", "s=other", "there is no key")]
    [InlineData("Date: ", "Pay to another account\r\nDate: ", "a line of the header is no field")]
    [InlineData("From: Joe", "From: Moe", "the signature is not that of the signed fields")]
    public async Task What_breaks_a_rule_fails(string what, string by, string words)
    {
        string message = Chain(2);
        int at = message.IndexOf(what, StringComparison.Ordinal);
        Assert.True(at >= 0, message);
        ScriptedDns dns = new ScriptedDns().Key("sel", "example.org", DkimSamples.Rsa.Record)
            .Status("other._domainkey.example.org", DnsType.Txt, DnsStatus.NxDomain);
        ArcResult result = await Validate($"{message[..at]}{by}{message[(at + what.Length)..]}", dns);
        Assert.Equal(AuthResult.Fail, result.Result);
        Assert.Contains(words, result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", false)]
    [InlineData("l=30; ", "", false)]
    [InlineData("l=30; ", "and more\r\n", true)]
    public async Task A_body_that_goes_on_behind_what_was_signed_is_told(string length, string more, bool isLonger)
    {
        string body = new string('a', 28) + "\r\n";
        string message = SealedByHand("From: joe@example.org\r\n\r\n" + body, length) + more;
        ArcResult result = await Validate(message);
        Assert.Equal((AuthResult.Pass, "", isLonger), (result.Result, result.Text, result.IsBodyLonger));
    }

    // One set, whose fields are in relaxed form already but for their names and the blank behind these.
    private static string SealedByHand(string message, string length)
    {
        string signed = PlainSigner.Sign(message,
            $"i=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=sel; {length}h=from; bh=*; b=",
            DkimSamples.Rsa, ArcChain.MessageName);
        string signature = signed.Split("\r\n")[0][(ArcChain.MessageName.Length + 2)..];
        const string results = "i=1; mx.example.org; arc=none";
        const string seal = "i=1; a=rsa-sha256; cv=none; d=example.org; s=sel; b=";
        byte[] sealing = DkimSamples.Rsa.Sign(SHA256.HashData(Encoding.ASCII.GetBytes(
            $"arc-authentication-results:{results}\r\narc-message-signature:{signature}\r\narc-seal:{seal}")));
        return $"ARC-Seal: {seal}{Convert.ToBase64String(sealing)}\r\n"
            + $"ARC-Authentication-Results: {results}\r\n{signed}";
    }

    [Fact]
    public async Task A_message_that_was_signed_for_a_time_fails_after_it_and_before()
    {
        string message = Chain(1);
        Assert.Equal(AuthResult.Pass, (await Validate(message, now: DkimSamples.Now.AddYears(5))).Result);
        Assert.Equal(AuthResult.Pass, (await Validate(message, now: DkimSamples.Now.AddMinutes(-4))).Result);
        Assert.Equal(AuthResult.Fail, (await Validate(message, now: DkimSamples.Now.AddHours(-1))).Result);
    }

    [Theory]
    [InlineData(nameof(DnsStatus.Failed), nameof(AuthResult.TempError))]
    [InlineData(nameof(DnsStatus.TimedOut), nameof(AuthResult.TempError))]
    [InlineData(nameof(DnsStatus.Cancelled), nameof(AuthResult.TempError))]
    [InlineData(nameof(DnsStatus.NxDomain), nameof(AuthResult.Fail))]
    [InlineData(nameof(DnsStatus.NoData), nameof(AuthResult.Fail))]
    [InlineData(nameof(DnsStatus.BadName), nameof(AuthResult.Fail))]
    public async Task A_dns_that_fails_at_each_question_in_each_way(string how, string expected)
    {
        var status = Enum.Parse<DnsStatus>(how);
        string message = ThreeSealers();
        foreach (string bad in (string[])["one.example", "two.example", "three.example"])
        {
            var dns = new ScriptedDns();
            foreach (string domain in (string[])["one.example", "two.example", "three.example"])
                _ = domain == bad
                    ? dns.Status($"sel._domainkey.{domain}", DnsType.Txt, status)
                    : dns.Key("sel", domain, DkimSamples.Rsa.Record);
            ArcResult result = await Validate(message, dns);
            Assert.Equal((expected, 0), (result.Result.ToString(), result.OldestPass));
            Assert.Equal(["one.example", "two.example", "three.example"], result.Sealers);
        }
    }

    [Fact]
    public async Task All_keys_are_asked_for_at_once_and_each_once()
    {
        var dns = new HeldDns();
        var validation = new ArcValidation(new DkimSamples.SetTime(DkimSamples.Now));
        Passing.Pass(Passing.Octets(ThreeSealers()), 100, validation);
        Assert.True(validation.HasChain);
        validation.BeginLookUps(dns, CancellationToken.None);
        Assert.Equal(3, dns.Asked);
        ValueTask<ArcResult> result = validation.Complete();
        Assert.False(result.IsCompleted);
        dns.Release();
        Assert.Equal(AuthResult.Pass, (await result).Result);
    }

    [Fact]
    public async Task Every_prefix_and_garbage_end_without_a_fault()
    {
        string message = Chain(2);
        for (int length = 0; length < message.Length; length += 3)
            await Validate(message[..length]);
        var random = new Random(3);
        const string letters = "ARC-Sealing: i=12;abcv=pass\r\n \t\"(\\\0\xff";
        for (int i = 0; i < 2000; i++)
        {
            int at = random.Next(message.Length);
            string noise = new(random.GetItems<char>(letters, random.Next(12)));
            string rest = message[Math.Min(message.Length, at + random.Next(12))..];
            ArcResult result = await Validate($"{message[..at]}{noise}{rest}");
            Assert.NotEqual(AuthResult.None, result.Result);
        }
    }

    [Theory]
    [InlineData("ARC-Seal: i={0}; a=rsa-sha256; cv=pass; d=example.org; s=sel; b=AAAA\r\n")]
    [InlineData("ARC-Authentication-Results: i={0}; x; none\r\n")]
    [InlineData("ARC-Message-Signature: i=1; h=from:from:from:from; d=x; s=y; bh=x; b=x\r\n")]
    [InlineData("ARC-Seal: i=1; n={1}\r\n")]
    [InlineData("ARC-Seal: {1}\r\n")]
    public async Task Hostile_headers_cost_little(string field)
    {
        string huge = new('x', 100_000);
        var message = new StringBuilder();
        for (int i = 0; message.Length < 3_000_000; i++)
            message.AppendFormat(null, field, i + 1, huge);
        var watch = Stopwatch.StartNew();
        ArcResult result = await Validate(message + Message, new ScriptedDns());
        Assert.Equal(AuthResult.Fail, result.Result);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), watch.Elapsed.ToString());
    }

    [Fact]
    public async Task The_largest_chain_that_is_right_costs_little()
    {
        string message = Message;
        string note = $"x-note=pass x.y={new string('z', 200)}";
        string results = "arc=pass; " + string.Join("; ", Enumerable.Repeat(note, 36));
        for (int i = 0; i < 50; i++)
            message = Seal(message, With(i == 0 ? "arc=none" : results)) + message;
        Assert.True(message.Length < MessagePass.HeaderLimit, $"{message.Length}");
        var watch = Stopwatch.StartNew();
        Assert.Equal(AuthResult.Pass, (await Validate(message)).Result);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(3), watch.Elapsed.ToString());
    }

    private static string ThreeSealers()
    {
        string message = Message;
        foreach (string domain in (string[])["one.example", "two.example", "three.example"])
        {
            string results = message == Message ? "arc=none" : "arc=pass";
            message = Seal(message, With(results, Key with { Domain = domain })) + message;
        }
        return message;
    }

    private static async Task<(AuthResult, int)> ResultOf(string message)
    {
        ArcResult result = await Validate(message);
        return (result.Result, result.OldestPass);
    }

    // Answers nothing until it is released, and then each question with the key.
    private sealed class HeldDns : IDns
    {
        private readonly TaskCompletionSource _released = new();

        public int Asked { get; private set; }

        public void Release() => _released.SetResult();

        public async ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
        {
            Asked++;
            await _released.Task;
            string domain = question.Name["sel._domainkey.".Length..];
            return await new ScriptedDns().Key("sel", domain, DkimSamples.Rsa.Record).Ask(question, cancel);
        }
    }
}
