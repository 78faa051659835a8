using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using DnsClient;
using MailModule.Dns;
using MailModule.Dns.DnsClient;
using MailModule.Dns.Stub;

namespace MailModule.Tests.Dns.Contract;

/// <summary>
/// DnsClient 1.8.0 behind the adapter. What it does not keep stands here by name, with what it does instead.
/// </summary>
public class DnsClientContractTests : DnsContract
{
    private const string Name = "mail.example.org";

    private static readonly Dictionary<string, string> s_differences = new()
    {
        [nameof(Octets_of_a_text_come_as_they_are)] = "Ok a\ufffd",
        [nameof(What_the_first_server_says_is_not_there_is_not_asked_for_elsewhere)] = "Ok 192.0.2.1",
        [nameof(A_response_from_another_port_is_ignored)] = "Ok 192.0.2.66",
        [nameof(A_response_with_another_id_is_ignored)] = "Failed",
        [nameof(A_response_to_another_question_is_ignored)] = "Failed",
        [nameof(A_response_without_question_is_ignored)] = "Failed",
        [nameof(A_query_is_not_taken_for_a_response)] = "Failed",
        [nameof(A_pointer_past_the_message_is_malformed)] = "stale.example.org.",
        [nameof(A_name_longer_than_255_octets_is_malformed)] = "16000 characters",
        [nameof(Memory_to_read_a_hostile_message_stays_in_proportion_to_its_length)] = "out of proportion",
        [nameof(The_server_is_asked_whether_it_has_checked_signatures)] = "not asked",
        [nameof(A_port_where_nobody_listens_is_a_failure_at_once)] = "TimedOut",
    };

    internal static IReadOnlyDictionary<string, string> NamedDifferences => s_differences;

    protected override IReadOnlyDictionary<string, string> Differences => s_differences;

    private protected override IDns New(StubSettings settings) => new DnsClientResolver(() => settings);

    private protected override string? ReadName(byte[] buffer, int length, int at)
        => new DnsDatagramReader(new ArraySegment<byte>(buffer, 0, length), at).ReadDnsName().Value;

    [Fact]
    public void Each_difference_is_a_promise() => Assert.Empty(s_differences.Keys.Except(Promises));

    // What follows the adapter keeps in DnsClient's place: when one of these tests fails, it need not any more.

    [Fact]
    public void Without_the_adapter_a_time_out_is_an_exception()
    {
        using var silent = new ScriptedDnsServer(_ => { });
        var error = Assert.Throws<DnsResponseException>(() => Query(silent, TimeSpan.FromMilliseconds(20)));
        Assert.Equal(DnsResponseCode.ConnectionTimeout, error.Code);
    }

    [Fact]
    public void Without_the_adapter_a_lame_server_says_that_there_is_no_such_record()
    {
        using var lame = new ScriptedDnsServer(asked => asked.Send(asked.Response().Lame()));
        IDnsQueryResponse response = Query(lame, TimeSpan.FromHours(1));
        Assert.Equal((false, 0), (response.HasError, response.Answers.Count));
    }

    [Fact]
    public void Without_the_adapter_a_response_to_another_question_is_taken()
    {
        using var forger = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().With(13, (byte)'x').A(Name, "192.0.2.66")));
        Assert.Single(Query(forger, TimeSpan.FromHours(1)).Answers);
    }

    [Fact]
    public void Without_the_adapter_a_query_is_taken_for_a_response()
    {
        using var forger = new ScriptedDnsServer(asked
            => asked.Send(asked.Response().With(2, 0x01).A(Name, "192.0.2.66")));
        Assert.Single(Query(forger, TimeSpan.FromHours(1)).Answers);
    }

    [Fact]
    public void Without_the_adapter_a_server_that_refuses_edns_is_not_asked_without()
    {
        using var old = new ScriptedDnsServer(asked
            => asked.Send(asked.HasEdns ? asked.Response().Code(1)
                : asked.Response().A(Name, "192.0.2.1")));
        Assert.True(Query(old, TimeSpan.FromHours(1)).HasError);
    }

    /// <summary>RFC 5452 §9.2 wants ids that cannot be guessed.</summary>
    [Fact]
    public void Its_ids_do_not_come_from_a_cryptographic_generator()
    {
        using var file = new PEReader(File.OpenRead(typeof(LookupClient).Assembly.Location));
        MetadataReader reader = file.GetMetadataReader();
        string[] used = [.. reader.TypeReferences.Select(type => reader.GetString(reader.GetTypeReference(type).Name))];
        Assert.Contains("Random", used);
        Assert.DoesNotContain("RandomNumberGenerator", used);
    }

    private static IDnsQueryResponse Query(ScriptedDnsServer server, TimeSpan timeout)
    {
        var options = new LookupClientOptions(server.EndPoint) { UseCache = false, Retries = 0, Timeout = timeout };
        return new LookupClient(options).Query(Name, QueryType.A);
    }
}
