using System.Net;
using System.Net.Sockets;
using MailModule.Dns;

namespace MailModule.Authentication.Spf;

/// <summary>
/// The questions of one check, counted (RFC 7208 §4.6.4). Used by one flow of calls; several questions of one step
/// are asked at once.
/// </summary>
/// <param name="client">Plain; says which addresses are asked for.</param>
/// <param name="cancel">Ends the check: its time is over, or nobody waits for it.</param>
internal sealed class SpfQuestions(IDns dns, IPAddress client, CancellationToken cancel)
{
    /// <summary>Terms that ask, in the records of a check all together.</summary>
    private const int TermLimit = 10;

    /// <summary>Questions to which there was no record.</summary>
    private const int VoidLimit = 2;

    /// <summary>Names of one MX or PTR answer whose addresses are asked for.</summary>
    public const int HostLimit = 10;

    /// <summary>
    /// Octets of all records of a check together: what one TXT record can have at most, so that ten that are as long
    /// as they can be cost no more than one.
    /// </summary>
    public const int RecordLimit = 65_535;

    private int _terms;
    private int _octets;
    private int _voids;

    /// <summary>To be called before each term that asks; false: there were too many.</summary>
    public bool CountTerm() => ++_terms <= TermLimit;

    /// <summary>To be called before a record is parsed; false: all records are too long.</summary>
    public bool CountRecord(string record) => (_octets += record.Length) <= RecordLimit;

    /// <summary>Counts an answer that has no record; false: there were too many.</summary>
    public bool CountVoid(DnsAnswer answer) => !IsVoid(answer) || ++_voids <= VoidLimit;

    /// <param name="name">As text; what no name can be is answered with <see cref="DnsStatus.BadName"/>.</param>
    public ValueTask<DnsAnswer> Ask(string name, DnsType type)
        => SpfName.TryNormalize(name, out string normal)
            ? dns.Ask(new DnsQuestion(normal, type), cancel)
            : new ValueTask<DnsAnswer>(DnsAnswer.BadName(name));

    /// <summary>The addresses of the client's family of several hosts, asked for at once; in their order.</summary>
    public async ValueTask<DnsAnswer[]> AskAddresses(IEnumerable<string> hosts)
    {
        DnsType type = AddressType;
        Task<DnsAnswer>[] asked = [.. hosts.Select(host => Ask(host, type).AsTask())];
        return await Task.WhenAll(asked).ConfigureAwait(false);
    }

    /// <summary>A or AAAA, as the client's address is.</summary>
    public DnsType AddressType
        => client.AddressFamily == AddressFamily.InterNetwork ? DnsType.A : DnsType.Aaaa;

    /// <summary>Whether one of the addresses of an answer is the client's, as far as the lengths say.</summary>
    public bool HasClient(DnsAnswer answer, (int Ip4, int Ip6) lengths)
        => answer.Records.OfType<AddressRecord>()
            .Any(record => SpfAddress.IsIn(client, record.Address, lengths));

    // A name that no name can be has no record, but nobody was asked.
    private static bool IsVoid(DnsAnswer answer)
        => answer.Status is DnsStatus.NoData or DnsStatus.NxDomain;
}
