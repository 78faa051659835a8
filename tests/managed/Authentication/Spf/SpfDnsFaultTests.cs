using System.Net;
using MailModule.Authentication;
using MailModule.Authentication.Spf;
using MailModule.Dns;
using MailModule.Tests.Support;

namespace MailModule.Tests.Authentication.Spf;

/// <summary>Each question of a check, with each way in which it may not be answered.</summary>
public class SpfDnsFaultTests
{
    private const string Explained = "so it is";

    /// <summary>The questions of the check in order, and what each is for.</summary>
    private static readonly (string Asked, Purpose Purpose)[] Questions =
    [
        ("TXT example.org", Purpose.Record),
        ("TXT inc.example.org", Purpose.Included),
        ("A ex.example.org", Purpose.Mechanism),
        ("A a.example.org", Purpose.Mechanism),
        ("MX mx.example.org", Purpose.Mechanism),
        ("A mx1.example.org", Purpose.Mechanism),
        ("A mx2.example.org", Purpose.Mechanism),
        ("PTR 1.2.0.192.in-addr.arpa", Purpose.Client),
        ("A host.example.net", Purpose.Client),
        ("A other.example.net", Purpose.Client),
        ("TXT last.example.org", Purpose.Included),
        ("TXT exp.example.org", Purpose.Explanation),
    ];

    private enum Purpose
    {
        Record,
        Included,
        Mechanism,
        Client,
        Explanation,
    }

    public static TheoryData<int> EachQuestion => [.. Enumerable.Range(0, Questions.Length)];

    [Fact]
    public async Task Without_a_fault_these_are_the_questions()
    {
        ZoneDns dns = Zone();
        SpfResult result = await Check(dns);
        Assert.Equal((AuthResult.Fail, Explained), (result.Result, result.Explanation));
        Assert.Equal(Questions.Select(question => question.Asked), dns.Asked);
    }

    [Theory]
    [MemberData(nameof(EachQuestion))]
    public async Task A_question_without_an_answer_has_the_result_that_its_purpose_says(int question)
    {
        foreach (DnsStatus status in Enum.GetValues<DnsStatus>().Where(status => status != DnsStatus.Ok))
        {
            ZoneDns dns = Zone();
            int number = 0;
            dns.Instead = (one, _) => number++ == question
                ? new ValueTask<DnsAnswer>(new DnsAnswer(status, [], one.Name, $"{one.Name}: {status}"))
                : null;
            SpfResult result = await Check(dns);
            (string asked, Purpose purpose) = Questions[question];
            Assert.Contains(asked, dns.Asked);
            Assert.Equal(Expected(purpose, status), result.Result);
            bool isExplained = result.Result == AuthResult.Fail && purpose != Purpose.Explanation;
            Assert.Equal(isExplained ? Explained : "", result.Explanation);
            Assert.Equal(result.Result != AuthResult.Fail, result.Text.Length > 0);
        }
    }

    private static AuthResult Expected(Purpose purpose, DnsStatus status) => purpose switch
    {
        Purpose.Client or Purpose.Explanation => AuthResult.Fail,
        _ when status is DnsStatus.Failed or DnsStatus.TimedOut or DnsStatus.Cancelled => AuthResult.TempError,
        Purpose.Record => AuthResult.None,
        Purpose.Included => AuthResult.PermError,
        _ => AuthResult.Fail,
    };

    private static ZoneDns Zone() => new ZoneDns()
        .Txt("example.org", "v=spf1 include:inc.example.org exists:ex.example.org a:a.example.org "
            + "mx:mx.example.org ptr:ptr.example.org redirect=last.example.org")
        .Txt("inc.example.org", "v=spf1 -all").Txt("last.example.org", "v=spf1 -all exp=exp.example.org")
        .Txt("exp.example.org", Explained).Address("a.example.org", "192.0.2.99")
        .Mx("mx.example.org", (1, "mx1.example.org"), (2, "mx2.example.org"))
        .Address("mx1.example.org", "192.0.2.99").Address("mx2.example.org", "192.0.2.99")
        .Ptr("1.2.0.192.in-addr.arpa", "host.example.net", "other.example.net")
        .Address("host.example.net", "192.0.2.1").Address("other.example.net", "192.0.2.1");

    private static async Task<SpfResult> Check(ZoneDns dns)
        => await new SpfCheck(dns, "mx.example.net", TimeProvider.System).Check(
            SpfIdentity.MailFrom, IPAddress.Parse("192.0.2.1"), "anna@example.org", "client.example.net",
            CancellationToken.None);
}
