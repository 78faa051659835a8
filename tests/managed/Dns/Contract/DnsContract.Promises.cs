using System.Diagnostics;
using System.Net;
using MailModule.Dns;
using MailModule.Dns.Stub;

namespace MailModule.Tests.Dns.Contract;

public abstract partial class DnsContract
{
    private static readonly byte[] Ipv6 = IPAddress.Parse("2001:db8::1").GetAddressBytes();

    [Fact]
    public void Each_type_is_answered()
    {
        using var server = new ScriptedDnsServer(asked => asked.Send(asked.Type switch
        {
            DnsType.A => asked.Response().A(Domain, True),
            DnsType.Aaaa => asked.Response().Answer(Domain, asked.Type, Ipv6),
            DnsType.Mx => asked.Response().Mx(Domain, 513, "MX.example.org").Mx(Domain, 0, "."),
            DnsType.Txt => asked.Response().Answer(Domain, asked.Type, [3, .. "v=s"u8, 3, .. "p\"\\"u8]),
            DnsType.Tlsa => asked.Response().Answer(Domain, asked.Type, [3, 1, 2, 0xaa, 0xbb]),
            _ => asked.Response().Answer(Domain, asked.Type, ResponseBuilder.Name("host.example.org")),
        }));
        (DnsType Type, string Answer)[] all =
        [
            (DnsType.A, "Ok 192.0.2.1"),
            (DnsType.Aaaa, "Ok 2001:db8::1"),
            (DnsType.Mx, "Ok 513 mx.example.org 0 "),
            (DnsType.Txt, "Ok v=sp\"\\"),
            (DnsType.Tlsa, "Ok 3 1 2 AABB"),
            (DnsType.Ptr, "Ok host.example.org"),
            (DnsType.Cname, "Ok host.example.org"),
        ];
        Promise(Lines(all.Select(each => each.Answer)), Lines(all.Select(each => Describe(Query(each.Type, server)))));
    }

    [Fact]
    public void Octets_of_a_text_come_as_they_are()
        => Promise("Ok a\u00e9", Ask(
            asked => asked.Send(asked.Response().Answer(Domain, DnsType.Txt, [2, 97, 0xe9])), DnsType.Txt));

    [Fact]
    public void No_name_no_data_and_failure_are_told_apart()
    {
        int[] rcodes = [3, 0, 2, 5, 9];
        Promise(Lines(["NxDomain", "NoData", "Failed", "Failed", "Failed"]), Lines(rcodes.Select(rcode
            => Ask(asked => asked.Send(asked.Response().Code(rcode).Authority("example.org", 120))))));
    }

    [Fact]
    public void An_empty_response_of_a_lame_server_is_a_failure()
        => Promise("Failed", Ask(asked => asked.Send(asked.Response().Lame())));

    [Fact]
    public void A_negative_answer_says_how_long_it_may_be_cached()
    {
        using var server = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().Code(3).Authority("example.org", 120)));
        Promise("120", $"{Query(DnsType.A, server).TimeToLive.TotalSeconds}");
    }

    [Fact]
    public void Cnames_are_followed_within_a_response_and_over_several()
        => Promise("Ok 192.0.2.1", Ask(asked => asked.Send(asked.Name == Domain
            ? asked.Response().Cname("b.example", "c.example").Cname(Domain, "b.example")
            : asked.Response().A(asked.Name, True))));

    [Fact]
    public void Cnames_without_end_are_a_failure()
        => Promise("Failed", Ask(asked => asked.Send(asked.Response().Cname(asked.Name, $"x.{asked.Name}"))));

    [Fact]
    public void Records_of_other_names_are_not_believed()
        => Promise("NoData", Ask(asked => asked.Send(asked.Response().A("other.example.org", Forged))));

    [Fact]
    public void A_truncated_response_is_asked_for_again_by_tcp()
        => Promise("Ok 192.0.2.1", Ask(asked => asked.Send(asked.IsTcp
            ? asked.Response().A(Domain, True)
            : asked.Response().A(Domain, Forged).Truncated())));

    [Fact]
    public void A_server_that_refuses_edns_is_asked_without()
    {
        Func<ReceivedQuery, ResponseBuilder>[] refusals =
        [
            asked => asked.Response().Code(1),
            asked => asked.Response().Code(4),
            asked => asked.Response().Opt(1),
        ];
        Promise(Lines(refusals.Select(_ => "Ok 192.0.2.1")), Lines(refusals.Select(refusal
            => Ask(asked => asked.Send(asked.HasEdns ? refusal(asked) : asked.Response().A(Domain, True))))));
    }

    [Fact]
    public void A_server_that_fails_is_passed_over()
    {
        using var failing = new ScriptedDnsServer(asked => asked.Send(asked.Response().Code(2)));
        using var lame = new ScriptedDnsServer(asked => asked.Send(asked.Response().Lame()));
        using var malformed = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().A(Domain, Forged).Raw(0xc0).With(7, 2)));
        using var other = ScriptedDnsServer.Of(True);
        Promise("Ok 192.0.2.1", Describe(Query(DnsType.A, failing, lame, malformed, other)));
    }

    [Fact]
    public void What_the_first_server_says_is_not_there_is_not_asked_for_elsewhere()
    {
        using var first = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().Code(3).Authority("example.org", 120)));
        using var second = ScriptedDnsServer.Of(True);
        Promise("NxDomain", Describe(Query(DnsType.A, first, second)));
    }

    [Fact]
    public void A_response_from_another_port_is_ignored() => Promise("Ok 192.0.2.1", Ask(asked =>
    {
        asked.SendFromOtherPort(asked.Response().A(Domain, Forged));
        asked.Send(asked.Response().A(Domain, True));
    }));

    [Fact]
    public void A_response_with_another_id_is_ignored() => Promise("Ok 192.0.2.1", Ask(asked =>
    {
        asked.Send(asked.Response().A(Domain, Forged).With(1, (byte)(asked.Query[1] + 1)));
        asked.Send(asked.Response().A(Domain, True));
    }));

    [Fact]
    public void A_response_to_another_question_is_ignored() => Promise("Ok 192.0.2.1", Ask(asked =>
    {
        asked.Send(asked.Response().With(13, (byte)'x').A(Domain, Forged));
        asked.Send(asked.Response().A(Domain, True));
    }));

    [Fact]
    public void A_response_without_question_is_ignored() => Promise("Ok 192.0.2.1", Ask(asked =>
    {
        byte[] record = asked.Response().A(Domain, Forged).Octets[asked.Response().Octets.Length..];
        asked.SendRaw([.. asked.Query[..2], 0x81, 0x80, 0, 0, 0, 1, 0, 0, 0, 0, .. record]);
        asked.Send(asked.Response().A(Domain, True));
    }));

    [Fact]
    public void A_query_is_not_taken_for_a_response() => Promise("Ok 192.0.2.1", Ask(asked =>
    {
        asked.Send(asked.Response().With(2, 0x01).A(Domain, Forged));
        asked.Send(asked.Response().A(Domain, True));
    }));

    [Fact]
    public void A_pointer_past_the_message_is_malformed()
    {
        // The octets behind the message are what a pooled buffer has of an earlier one.
        byte[] message = new byte[64], earlier = ResponseBuilder.Name("stale.example.org");
        (message[12], message[13]) = (0xc0, 40);
        earlier.CopyTo(message, 40);
        Promise("malformed", ReadName(message, length: 14, at: 12) ?? "malformed");
    }

    [Fact]
    public void A_name_longer_than_255_octets_is_malformed()
    {
        byte[] message = LongName(8000);
        string? name = ReadName(message, message.Length, at: 12);
        Promise("malformed", name is null ? "malformed" : $"{name.Length} characters");
    }

    [Fact]
    public void Memory_to_read_a_hostile_message_stays_in_proportion_to_its_length()
    {
        // A name of 8,000 labels, to which each record of a message of 64 KiB could point; here a hundred do.
        byte[] message = LongName(8000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            ReadName(message, message.Length, at: 12);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Promise("in proportion", allocated < 100L * message.Length ? "in proportion" : "out of proportion");
    }

    [Fact]
    public void Each_query_has_an_id_of_its_own()
    {
        using var server = ScriptedDnsServer.Of(True);
        for (int i = 0; i < 16; i++)
            Query(DnsType.A, server);
        int ids = server.Questions.Select(asked => asked.Id).Distinct().Count();
        Promise("many", ids >= 14 ? "many" : $"{ids}");
    }

    [Fact]
    public void The_server_is_asked_whether_it_has_checked_signatures()
    {
        using var server = ScriptedDnsServer.Of(True);
        Query(DnsType.A, server);
        // RFC 6840 §5.7: AD in a query.
        Promise("asked", (server.Questions[0].Query[3] & 0x20) != 0 ? "asked" : "not asked");
    }

    [Fact]
    public void A_server_that_does_not_answer_is_a_time_out_and_no_exception()
    {
        using var silent = new ScriptedDnsServer(_ => { });
        IDns dns = New(Settings(TimeSpan.FromMilliseconds(20), silent));
        Promise("TimedOut", Describe(dns.Query(Domain, DnsType.A, default)));
    }

    [Fact]
    public void A_port_where_nobody_listens_is_a_failure_at_once()
    {
        IPEndPoint nobody;
        using (var gone = new ScriptedDnsServer(_ => { }))
            nobody = gone.EndPoint;
        IDns dns = New(new StubSettings([nobody], TimeSpan.FromSeconds(1), 1));
        Promise("Failed", Describe(dns.Query(Domain, DnsType.A, default)));
    }

    [Fact]
    public void A_cancel_ends_the_query_at_once()
    {
        using var cancel = new CancellationTokenSource();
        using var asked = new ManualResetEventSlim();
        using var silent = new ScriptedDnsServer(_ => asked.Set());
        DnsAnswer? answer = null;
        IDns dns = New(Settings(Long, silent));
        var thread = new Thread(() => answer = dns.Query(Domain, DnsType.A, cancel.Token)) { IsBackground = true };
        thread.Start();
        Assert.True(asked.Wait(Enough));
        cancel.Cancel();
        Assert.True(thread.Join(Enough));
        Promise("Cancelled", Describe(answer!));
    }

    [Fact]
    public void Questions_under_way_hold_no_threads()
    {
        const int Count = 200;
        using var cancel = new CancellationTokenSource();
        using var asked = new CountdownEvent(Count);
        using var silent = new ScriptedDnsServer(_ => asked.Signal());
        IDns dns = New(Settings(Long, silent));
        int before = Threads();
        Task<DnsAnswer>[] answers = [.. Enumerable.Range(0, Count)
            .Select(i => dns.Ask(new DnsQuestion($"m{i}.example.org", DnsType.A), cancel.Token).AsTask())];
        Assert.True(asked.Wait(Enough));
        // Other tests have threads too.
        string held = Threads() - before < Count / 2 ? "no threads" : "threads";
        cancel.Cancel();
        string ends = string.Join(' ', answers.Select(answer => answer.Awaited().Status).Distinct());
        Promise("no threads, Cancelled", $"{held}, {ends}");
    }

    [Fact]
    public void What_is_no_name_is_not_asked_for()
    {
        using var server = ScriptedDnsServer.Of(True);
        DnsAnswer answer = New(Settings(Long, server)).Query("a..b", DnsType.A, default);
        Promise("BadName, asked 0 times", $"{answer.Status}, asked {server.Questions.Length} times");
    }

    private static int Threads()
    {
        using var self = Process.GetCurrentProcess();
        return self.Threads.Count;
    }

    private static string Lines(IEnumerable<string> answers) => string.Join('\n', answers);

    /// <summary>A header, and a name of so many labels of one octet.</summary>
    private static byte[] LongName(int labels)
        => [.. new byte[12], .. Enumerable.Range(0, labels).SelectMany(_ => (byte[])[1, (byte)'a']), 0];
}
