using MailModule.Authentication;
using MailModule.Authentication.Dkim;
using MailModule.Dns;
using MailModule.Tests.Dns;
using static MailModule.Tests.Authentication.Dkim.DkimSamples;

namespace MailModule.Tests.Authentication.Dkim;

/// <summary>How keys are asked for, and what becomes of signatures whose keys are not to be had.</summary>
public class LookUpTests
{
    private static readonly string[] s_selectors = ["a", "b", "c"];

    /// <summary>Signed by three.</summary>
    private static readonly string s_signed = s_selectors.Aggregate(Message, (message, selector) => PlainSigner.Sign(
        message, $"v=1; a=ed25519-sha256; d=example.org; s={selector}; h=From; bh=*; b=", Ed25519));

    [Fact]
    public async Task A_question_that_fails_fails_its_signature_alone()
    {
        foreach (string failing in s_selectors)
            foreach (DnsStatus status in Enum.GetValues<DnsStatus>().Where(status => status != DnsStatus.Ok))
            {
                ScriptedDns dns = Keys3().Status($"{failing}._domainkey.example.org", DnsType.Txt, status);
                IReadOnlyList<DkimResult> results = await Verify(Passing.Octets(s_signed), dns);
                Assert.Equal(["c", "b", "a"], results.Select(result => result.Selector));
                Assert.All(results, result => Assert.Equal(
                    result.Selector != failing ? AuthResult.Pass
                        : status is DnsStatus.Failed or DnsStatus.TimedOut or DnsStatus.Cancelled ? AuthResult.TempError
                        : AuthResult.PermError, result.Result));
            }
    }

    [Fact]
    public async Task A_body_that_was_changed_is_wrong_whatever_becomes_of_the_key()
    {
        ScriptedDns dns = new ScriptedDns().Status("a._domainkey.example.org", DnsType.Txt, DnsStatus.Failed);
        IReadOnlyList<DkimResult> results = await Verify(Passing.Octets(s_signed + "more"), dns);
        Assert.All(results, result => Assert.Equal(AuthResult.Fail, result.Result));
    }

    [Fact]
    public async Task All_questions_are_asked_at_once()
    {
        var dns = new HeldDns(Keys3());
        var verification = new DkimVerification(new SetTime(Now));
        Passing.Pass(Passing.Octets(s_signed), 100, verification);
        verification.BeginLookUps(dns, CancellationToken.None);
        Assert.Equal(["TXT c._domainkey.example.org", "TXT b._domainkey.example.org", "TXT a._domainkey.example.org"],
            dns.Asked);
        ValueTask<IReadOnlyList<DkimResult>> results = verification.Complete();
        Assert.False(results.IsCompleted);
        dns.Answer();
        Assert.All(await results, result => Assert.Equal(AuthResult.Pass, result.Result));
    }

    [Fact]
    public async Task Nothing_is_asked_for_a_signature_that_is_wrong_by_itself()
    {
        ScriptedDns dns = Keys3();
        await Verify(Passing.Octets("DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=a; b=\r\n" + Message), dns);
        Assert.Empty(dns.Asked);
    }

    [Fact]
    public async Task Who_asks_for_no_key_has_no_result_that_is_final()
    {
        var verification = new DkimVerification(new SetTime(Now));
        Passing.Pass(Passing.Octets(s_signed), 100, verification);
        Assert.All(await verification.Complete(), result => Assert.Equal(AuthResult.TempError, result.Result));
    }

    [Fact]
    public async Task Ten_signatures_are_looked_at()
    {
        string signed = Message;
        for (int i = 0; i < 12; i++)
            signed = PlainSigner.Sign(
                signed, $"v=1; a=ed25519-sha256; d=example.org; s=s{i}; h=From; bh=*; b=", Ed25519);
        ScriptedDns dns = new();
        for (int i = 0; i < 12; i++)
            dns.Key($"s{i}", "example.org", Ed25519.Record);
        IReadOnlyList<DkimResult> results = await Verify(Passing.Octets(signed), dns);
        Assert.Equal(Enumerable.Range(2, 10).Reverse().Select(i => $"s{i} Pass"),
            results.Select(result => $"{result.Selector} {result.Result}"));
        Assert.Equal(DkimVerification.SignatureLimit, dns.Asked.Length);
    }

    [Fact]
    public async Task Signatures_are_told_apart_by_their_beginning()
    {
        string[] values = ["AAAABBBBCCCC", "AAAABBBBCCDD", "AAAABBBBCCDD", "ABC=", "", "AAAABBBBCCCCEEEE"];
        string fields = string.Concat(values.Select(value =>
            $"DKIM-Signature: v=1; b={value[..(value.Length / 2)]}\r\n\t{value[(value.Length / 2)..]}\r\n"));
        IReadOnlyList<DkimResult> results = await Verify(Passing.Octets(fields + Message), new ScriptedDns());
        Assert.Equal(["AAAABBBBCCCC", "AAAABBBBCCD", "AAAABBBBCCD", "ABC=", "", "AAAABBBBCCCCE"],
            results.Select(result => result.SignatureStart));
    }

    private static ScriptedDns Keys3()
        => s_selectors.Aggregate(
            new ScriptedDns(), (dns, selector) => dns.Key(selector, "example.org", Ed25519.Record));

    /// <summary>Answers nothing until it is told to.</summary>
    private sealed class HeldDns(ScriptedDns dns) : IDns
    {
        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Asked { get; } = [];

        public async ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
        {
            Asked.Add($"{question.Type.ToString().ToUpperInvariant()} {question.Name}");
            await _told.Task;
            return await dns.Ask(question, cancel);
        }

        public void Answer() => _told.SetResult();
    }
}
