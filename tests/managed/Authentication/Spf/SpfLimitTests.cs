using System.Net;
using MailModule.Authentication;
using MailModule.Authentication.Spf;
using MailModule.Dns;
using MailModule.Tests.Engine.Serving;
using MailModule.Tests.Support;

namespace MailModule.Tests.Authentication.Spf;

/// <summary>What hostile records may cost (RFC 7208 §4.6.4).</summary>
public class SpfLimitTests
{
    private readonly ZoneDns _dns = new();

    [Theory]
    [InlineData("a")]
    [InlineData("mx")]
    [InlineData("ptr")]
    [InlineData("exists:%{d}")]
    [InlineData("include:none.example.org")]
    public async Task Ten_terms_may_ask(string term)
    {
        _dns.Address("example.org", "192.0.2.99").Mx("example.org", (1, "example.org"))
            .Txt("none.example.org", "v=spf1 ?all");
        // "exists" would match.
        string ten = string.Concat(Enumerable.Repeat($"{term} ", 10)).Replace("exists:", "exists:no.");
        _dns.Address("no.example.org", "192.0.2.99").Instead = (question, _) => question.Name == "no.example.org"
            ? new ValueTask<DnsAnswer>(DnsAnswer.BadName(question.Name))
            : null;
        Assert.Equal(AuthResult.Fail, (await Check(ten + "-all")).Result);
        Assert.Equal(AuthResult.PermError, (await Check($"{ten}{term} -all")).Result);
        Assert.Equal(AuthResult.Fail, (await Check($"{ten}-all {term}")).Result);
    }

    [Fact]
    public async Task A_redirect_is_one_of_the_ten()
    {
        _dns.Address("example.org", "192.0.2.99").Txt("last.example.org", "v=spf1 -all");
        string nine = string.Concat(Enumerable.Repeat("a:example.org ", 9));
        Assert.Equal(AuthResult.Fail, (await Check(nine + "redirect=last.example.org")).Result);
        Assert.Equal(AuthResult.PermError, (await Check(nine + "a:example.org redirect=last.example.org")).Result);
        Assert.Equal(
            AuthResult.SoftFail, (await Check(nine + "a:example.org ~all redirect=last.example.org")).Result);
    }

    [Theory]
    [InlineData("include:a.example.org")]
    [InlineData("redirect=a.example.org")]
    public async Task Loops_end(string term)
    {
        _dns.Txt("a.example.org", "v=spf1 include:b.example.org").Txt("b.example.org", "v=spf1 " + term);
        Assert.Equal(AuthResult.PermError, (await Check(term)).Result);
        Assert.Equal(11, _dns.Asked.Count);
    }

    [Fact]
    public async Task Records_that_multiply_end()
    {
        string many = string.Concat(Enumerable.Repeat("include:many.example.org ", 200));
        _dns.Txt("many.example.org", "v=spf1 " + many);
        Assert.Equal(AuthResult.PermError, (await Check(many)).Result);
        Assert.Equal(11, _dns.Asked.Count);
    }

    [Fact]
    public async Task Thousands_of_mechanisms_are_looked_through()
    {
        string many = string.Concat(Enumerable.Range(0, 4000).Select(i => $"ip4:10.0.{i / 250}.{i % 250} "));
        Assert.Equal(AuthResult.Fail, (await Check(many + "-all")).Result);
        Assert.Equal(AuthResult.Pass, (await Check(many + "ip4:192.0.2.1 -all")).Result);
        Assert.Equal(AuthResult.PermError, (await Check(many + "-all moo")).Result);
        Assert.Equal(AuthResult.PermError, (await Check(string.Concat(Enumerable.Repeat("a ", 10_000)))).Result);
        Assert.Equal(AuthResult.PermError, (await Check(string.Concat(Enumerable.Repeat("-", 10_000)))).Result);
        Assert.Equal(AuthResult.Neutral, (await Check(new string(' ', 60_000))).Result);
    }

    [Fact]
    public async Task Records_of_a_check_have_a_length_together()
    {
        int rest = SpfQuestions.RecordLimit - 2 * "v=spf1 ".Length - "include:more.example.org ".Length - "-all".Length;
        string blanks = new(' ', rest / 2), end = new(' ', rest - rest / 2);
        _dns.Txt("more.example.org", $"v=spf1 {blanks}").Txt("longer.example.org", $"v=spf1 {blanks}?all ");
        Assert.Equal(AuthResult.Fail, (await Check($"include:more.example.org {end}-all")).Result);
        Assert.Equal(AuthResult.PermError, (await Check($"include:longer.example.org {end}-all")).Result);
        Assert.Equal(
            AuthResult.PermError, (await Check(string.Concat(Enumerable.Repeat("ip4:192.0.2.99 ", 10_000)))).Result);
    }

    [Theory]
    [InlineData("a:1.nowhere.org a:2.nowhere.org", AuthResult.Fail)]
    [InlineData("a:1.nowhere.org a:2.nowhere.org exists:3.nowhere.org", AuthResult.PermError)]
    [InlineData("mx:1.nowhere.org exists:2.nowhere.org", AuthResult.Fail)]
    [InlineData("mx:1.nowhere.org exists:2.nowhere.org a:%{d}", AuthResult.PermError)]
    [InlineData("mx:two.example.org", AuthResult.Fail)]
    [InlineData("mx:three.example.org", AuthResult.PermError)]
    [InlineData("include:inc.example.org a:2.nowhere.org", AuthResult.Fail)]
    [InlineData("include:inc.example.org a:2.nowhere.org a:3.nowhere.org", AuthResult.PermError)]
    [InlineData("a:1.nowhere.org a:1.nowhere.org a:1.nowhere.org", AuthResult.PermError)]
    // What the client has chosen is nothing that the domain is to answer for.
    [InlineData("a:1.nowhere.org a:2.nowhere.org ptr exists:%{p}.ptr.example.org", AuthResult.Fail)]
    // RFC 7505: a null MX is an answer, and asks for nobody's address.
    [InlineData("a:1.nowhere.org a:2.nowhere.org mx:null.example.org", AuthResult.Fail)]
    // No name at all: nobody is asked.
    [InlineData("a:1.nowhere.org a:2.nowhere.org a:a..b a:b..c", AuthResult.Fail)]
    internal async Task Two_names_may_have_no_data(string terms, AuthResult result)
    {
        _dns.Mx("two.example.org", (1, "1.nowhere.org"), (2, "2.nowhere.org"))
            .Mx("three.example.org", (1, "1.nowhere.org"), (2, "2.nowhere.org"), (3, "3.nowhere.org"))
            .Mx("null.example.org", (0, "")).Txt("inc.example.org", "v=spf1 a:1.nowhere.org ?all")
            .Ptr("1.2.0.192.in-addr.arpa", "5.nowhere.org", "6.nowhere.org", "7.nowhere.org")
            .Address("unknown.ptr.example.org");
        _dns.Instead = (question, _) => question.Name == "unknown.ptr.example.org"
            ? new ValueTask<DnsAnswer>(new DnsAnswer(DnsStatus.BadName, [], question.Name))
            : null;
        Assert.Equal(result, (await Check(terms + " -all exp=nowhere.org")).Result);
    }

    [Fact]
    public async Task More_than_ten_mail_exchangers_are_too_many_whoever_is_first()
    {
        (int, string)[] hosts = [.. Enumerable.Range(1, 11).Select(i => (i, $"mx{i}.example.org"))];
        _dns.Mx("ten.example.org", hosts[..10]).Mx("eleven.example.org", hosts);
        foreach ((_, string host) in hosts)
            _dns.Address(host, host == "mx10.example.org" ? "192.0.2.1" : "192.0.2.99");
        Assert.Equal(AuthResult.Pass, (await Check("mx:ten.example.org -all")).Result);
        Assert.Equal(AuthResult.PermError, (await Check("mx:eleven.example.org -all")).Result);
    }

    [Fact]
    public async Task Names_of_the_client_beyond_ten_are_ignored()
    {
        string[] names = [.. Enumerable.Range(1, 11).Select(i => $"host{i}.example.org")];
        _dns.Ptr("1.2.0.192.in-addr.arpa", names).Address("host10.example.org", "192.0.2.1");
        Assert.Equal(AuthResult.Pass, (await Check("ptr:example.org -all")).Result);
        Assert.DoesNotContain("A host11.example.org", _dns.Asked);
        _dns.Ptr("2.2.0.192.in-addr.arpa", names).Address("host11.example.org", "192.0.2.2");
        Assert.Equal(AuthResult.Fail, (await Check("ptr:example.org -all", client: "192.0.2.2")).Result);
    }

    [Fact]
    public async Task Macros_that_explode_end()
    {
        string text = string.Concat(Enumerable.Repeat("%{S}%{h}", 3000));
        string terms = string.Concat(Enumerable.Repeat($"?exists:{text}.x ", 2));
        _dns.Txt("exp.example.org", text);
        SpfResult found = await Check(terms + "-all exp=exp.example.org");
        Assert.Equal(AuthResult.Fail, found.Result);
        Assert.Equal(MacroText.ExplanationLimit, found.Explanation.Length);
    }

    [Theory]
    [InlineData("mx -all", "A mx", 10)]
    [InlineData("ptr -all", "A host", 10)]
    public async Task Hosts_are_asked_for_side_by_side(string terms, string asked, int count)
    {
        _dns.Mx("example.org", [.. Enumerable.Range(1, 10).Select(i => (i, $"mx{i}.example.org"))])
            .Ptr("1.2.0.192.in-addr.arpa", [.. Enumerable.Range(1, 10).Select(i => $"host{i}.example.org")]);
        var go = new TaskCompletionSource<DnsAnswer>();
        _dns.Instead = (question, _) => question.Type == DnsType.A ? new ValueTask<DnsAnswer>(go.Task) : null;
        Task<SpfResult> check = Check(terms);
        Assert.Equal(count, _dns.Asked.Count(one => one.StartsWith(asked, StringComparison.Ordinal)));
        go.SetResult(new DnsAnswer(
            DnsStatus.Ok, [new AddressRecord("", TimeSpan.Zero, IPAddress.Parse("192.0.2.1"))], ""));
        Assert.Equal(AuthResult.Pass, (await check).Result);
    }

    [Theory]
    [InlineData(1, "mx -all", AuthResult.Pass)]
    [InlineData(2, "mx -all", AuthResult.TempError)]
    [InlineData(3, "mx -all", AuthResult.Fail)]
    internal async Task Mail_exchangers_count_in_their_order(int matching, string terms, AuthResult result)
    {
        // The second fails; the one that matches is before it, is it, or is not there.
        _dns.Mx("example.org", (20, "two.example.org"), (10, "one.example.org"))
            .Address("one.example.org", matching == 1 ? "192.0.2.1" : "192.0.2.99");
        _dns.Instead = (question, _) => question.Name == "two.example.org"
            ? new ValueTask<DnsAnswer>(new DnsAnswer(
                matching == 3 ? DnsStatus.NxDomain : DnsStatus.Failed, [], question.Name))
            : null;
        Assert.Equal(result, (await Check(terms)).Result);
    }

    [Theory]
    [InlineData(4, 0, AuthResult.TempError)]
    [InlineData(4, 3, AuthResult.TempError)]
    [InlineData(4, 5, AuthResult.Fail)]
    [InlineData(8, 9, AuthResult.TempError)]
    internal async Task A_check_takes_twenty_seconds_at_most(int terms, int silentFrom, AuthResult result)
    {
        // Without xunit's context what follows an answer runs where the clock is turned.
        (SpfResult found, int seconds) = await Task.Run(() => CheckSlowly(terms, silentFrom));
        Assert.Equal((result, result == AuthResult.Fail ? 15 : 21), (found.Result, seconds));
        Assert.Equal(result == AuthResult.TempError ? "no answer in time" : "", found.Text);
    }

    /// <summary>Each answer takes three seconds, as a slow server's does; from one question on there is none.</summary>
    private async Task<(SpfResult Result, int Seconds)> CheckSlowly(int terms, int silentFrom)
    {
        var clock = new TurnedTimers();
        int asked = 0;
        TaskCompletionSource<DnsAnswer>? coming = null;
        _dns.Instead = (question, cancel) =>
        {
            var answer = new TaskCompletionSource<DnsAnswer>();
            cancel.Register(() => answer.TrySetResult(DnsAnswer.Cancelled(question.Name)));
            coming = asked++ < silentFrom ? answer : null;
            return new ValueTask<DnsAnswer>(answer.Task);
        };
        Task<SpfResult> check = Check("", clock: clock);
        int seconds = 0;
        for (; !check.IsCompleted && seconds < 60; seconds += 3)
        {
            clock.Turn(3);
            DnsRecord record = asked == 1
                ? new TxtRecord("", TimeSpan.Zero, $"v=spf1{string.Concat(Enumerable.Repeat(" a", terms))} -all")
                : new AddressRecord("", TimeSpan.Zero, IPAddress.Any);
            coming?.TrySetResult(new DnsAnswer(DnsStatus.Ok, [record], ""));
        }
        return (await check, seconds);
    }

    private async Task<SpfResult> Check(string terms, string client = "192.0.2.1", TimeProvider? clock = null)
    {
        _dns.ReplaceTxt("example.org", "v=spf1 " + terms);
        return await new SpfCheck(_dns, "mx.example.net", clock ?? TimeProvider.System).Check(
            SpfIdentity.MailFrom, IPAddress.Parse(client), "anna@example.org", "client.example.net",
            CancellationToken.None);
    }
}
