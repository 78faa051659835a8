using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using MailModule.Dns;
using MailModule.Dns.Stub;

namespace MailModule.Tests.Dns.Contract;

/// <summary>
/// What <see cref="IDns"/> promises of its servers' answers, tried with servers on loopback that do what a script says.
/// Each test is one promise. An implementation names the promises that it does not keep, with what happens instead; it
/// is held to that too, so that a version which keeps one more shows itself. Decision 0011 has the same list.
/// </summary>
public abstract partial class DnsContract
{
    private const string Domain = "mail.example.org";
    private const string True = "192.0.2.1", Forged = "192.0.2.66";

    /// <summary>For servers that answer: never waited for to its end.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromHours(5);

    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(60);

    /// <summary>Promises that are not kept, by the name of their test: what is seen in place of the promise.</summary>
    protected abstract IReadOnlyDictionary<string, string> Differences { get; }

    /// <summary>The implementation, without a cache above it.</summary>
    private protected abstract IDns New(StubSettings settings);

    /// <summary>
    /// The implementation's reading of a name within a message, which ends at <paramref name="length"/> octets of a
    /// larger buffer; null: malformed.
    /// </summary>
    private protected abstract string? ReadName(byte[] buffer, int length, int at);

    /// <summary>The promises, by the names of their tests.</summary>
    internal static IEnumerable<string> Promises
        => typeof(DnsContract).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.IsDefined(typeof(FactAttribute), inherit: true)).Select(method => method.Name);

    /// <param name="kept">What is seen where the promise is kept.</param>
    private void Promise(string kept, string seen, [CallerMemberName] string promise = "")
    {
        Assert.NotEqual(kept, Differences.GetValueOrDefault(promise));
        Assert.Equal(Differences.GetValueOrDefault(promise, kept), seen);
    }

    private static string Describe(DnsAnswer answer)
        => string.Join(' ', answer.Records.Select(Describe).Prepend($"{answer.Status}"));

    private static string Describe(DnsRecord record) => record switch
    {
        AddressRecord address => $"{address.Address}",
        MxRecord mx => $"{mx.Preference} {mx.Exchange}",
        NameRecord name => name.Target,
        TxtRecord text => text.Text,
        TlsaRecord tlsa => $"{tlsa.Usage} {tlsa.Selector} {tlsa.MatchingType} {Convert.ToHexString(tlsa.Data)}",
        _ => record.GetType().Name,
    };

    private string Ask(Action<ReceivedQuery> script) => Ask(script, DnsType.A);

    private string Ask(Action<ReceivedQuery> script, DnsType type)
    {
        using var server = new ScriptedDnsServer(script);
        return Describe(Query(type, server));
    }

    private DnsAnswer Query(DnsType type, params ScriptedDnsServer[] servers)
        => New(Settings(Long, servers)).Query(Domain, type, default);

    private static StubSettings Settings(TimeSpan timeout, params ScriptedDnsServer[] servers)
        => new([.. servers.Select(server => server.EndPoint)], timeout, 2);
}
