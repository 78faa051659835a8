using DnsClient;
using MailModule.Dns.Wire;
using Package = DnsClient;
using Protocol = DnsClient.Protocol;

namespace MailModule.Dns.DnsClient;

/// <summary>Turns responses of DnsClient into those of <see cref="Wire"/>. Pure.</summary>
internal static class ResponseConverter
{
    /// <exception cref="InvalidDataException">
    /// It is not the response to the question, or has a name that is not one. DnsClient does not look.
    /// </exception>
    public static Response Convert(IDnsQueryResponse from, Package.DnsQuestion asked)
    {
        // RFC 5452 §9.1: id and port are too late to check here.
        if (!from.Header.HasQuery || !(IsAsked(from.Questions, asked) || IsBareErrorHeader(from)))
            throw new InvalidDataException("sent a response to another question");
        return new Response
        {
            Rcode = (Rcode)((ExtendedRcode(from) << 4) | (int)from.Header.ResponseCode),
            IsAuthoritativeOrRecursive = from.Header.HasAuthorityAnswer || from.Header.RecursionAvailable,
            IsAuthentic = from.Header.IsAuthenticData,
            Answers = [.. Convert(from.Answers)],
            Authority = Convert(from.Authorities).Select(ZoneOf).FirstOrDefault(zone => zone is not null),
        };
    }

    private static bool IsAsked(IReadOnlyList<Package.DnsQuestion> questions, Package.DnsQuestion asked)
        => questions is [var question] && NameOf(question.QueryName) == NameOf(asked.QueryName)
            && question.QuestionType == asked.QuestionType && question.QuestionClass == asked.QuestionClass;

    /// <summary>RFC 6891 §7: old servers answer EDNS with a header alone, without the question.</summary>
    private static bool IsBareErrorHeader(IDnsQueryResponse from)
        => from.Questions.Count == 0 && !from.AllRecords.Any()
            && from.Header.ResponseCode is DnsHeaderResponseCode.FormatError or DnsHeaderResponseCode.NotImplemented;

    /// <summary>RFC 6891 §6.1.3: the first octet of OPT's TTL field.</summary>
    private static int ExtendedRcode(IDnsQueryResponse from)
        => from.Additionals.Where(record => record.RecordType == Protocol.ResourceRecordType.OPT)
            .Select(opt => (opt.InitialTimeToLive >> 24) & 0xff).FirstOrDefault();

    private static AuthorityZone? ZoneOf(AnswerRecord authority)
        => authority.Record is SoaRecord soa
            ? new AuthorityZone(soa.Name, soa.Minimum < soa.TimeToLive ? soa.Minimum : soa.TimeToLive)
            : null;

    private static IEnumerable<AnswerRecord> Convert(IReadOnlyList<Protocol.DnsResourceRecord> records)
        => from record in records
           where record.RecordClass == QueryClass.IN
           let known = Convert(record, NameOf(record.DomainName), Seconds(record.InitialTimeToLive))
           where known is not null
           select new AnswerRecord((DnsType)record.RecordType, known);

    private static DnsRecord? Convert(Protocol.DnsResourceRecord record, string name, TimeSpan ttl) => record switch
    {
        Protocol.AddressRecord address => new AddressRecord(name, ttl, address.Address),
        Protocol.MxRecord mx => new MxRecord(name, ttl, mx.Preference, NameOf(mx.Exchange)),
        Protocol.CNameRecord alias => new NameRecord(name, ttl, NameOf(alias.CanonicalName)),
        Protocol.PtrRecord pointer => new NameRecord(name, ttl, NameOf(pointer.PtrDomainName)),
        Protocol.TxtRecord text => new TxtRecord(name, ttl, string.Concat(text.Text)),
        Protocol.TlsaRecord tlsa => new TlsaRecord(
            name, ttl, (byte)tlsa.CertificateUsage, (byte)tlsa.Selector, (byte)tlsa.MatchingType,
            [.. tlsa.CertificateAssociationData]),
        Protocol.SoaRecord soa => new SoaRecord(name, ttl, NameOf(soa.MName), Seconds(soa.Minimum)),
        _ => null,
    };

    /// <summary>RFC 2181 §8: with the highest bit set it is zero.</summary>
    private static TimeSpan Seconds(long timeToLive)
        => TimeSpan.FromSeconds(timeToLive is < 0 or > int.MaxValue ? 0 : timeToLive);

    private static string NameOf(DnsString name)
        => DnsName.TryNormalize(name.Value, out string normal)
            ? normal
            : throw new InvalidDataException("sent a malformed name");
}
