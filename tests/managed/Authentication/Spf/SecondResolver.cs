using ARSoft.Tools.Net;
using ARSoft.Tools.Net.Dns;
using MailModule.Dns;
using MailModule.Tests.Support;

namespace MailModule.Tests.Authentication.Spf;

/// <summary>A zone as ARSoft's validator asks for it.</summary>
internal sealed class SecondResolver(ZoneDns zone) : IDnsResolver
{
    private const int Life = 60;

    public List<T> Resolve<T>(DomainName name, RecordType type, RecordClass recordClass)
        where T : DnsRecordBase
        => throw new NotSupportedException();

    public async Task<List<T>> ResolveAsync<T>(
        DomainName name, RecordType type, RecordClass recordClass, CancellationToken token)
        where T : DnsRecordBase
    {
        var question = new MailModule.Dns.DnsQuestion(name.ToString(), (DnsType)(ushort)type);
        DnsAnswer answer = await zone.Ask(question, token);
        return answer.IsTemporary
            ? throw new TimeoutException(answer.Text)
            : [.. answer.Records.Select(record => Other(name, record)).OfType<T>()];
    }

    public void ClearCache()
    {
    }

    public void Dispose()
    {
    }

    private static DnsRecordBase Other(DomainName name, DnsRecord record) => record switch
    {
        AddressRecord a when a.Address.GetAddressBytes().Length == 4 => new ARecord(name, Life, a.Address),
        AddressRecord a => new AaaaRecord(name, Life, a.Address),
        MailModule.Dns.MxRecord mx => new ARSoft.Tools.Net.Dns.MxRecord(
            name, Life, (ushort)mx.Preference, DomainName.Parse(mx.Exchange)),
        NameRecord ptr => new PtrRecord(name, Life, DomainName.Parse(ptr.Target)),
        MailModule.Dns.TxtRecord txt => new ARSoft.Tools.Net.Dns.TxtRecord(name, Life, txt.Text),
        _ => throw new InvalidOperationException($"{record}"),
    };
}
