using MailModule.Dns;
using MailModule.Dns.Stub;
using MailModule.Dns.Wire;

namespace MailModule.Tests.Dns.Contract;

/// <summary>The library's own resolver keeps every promise.</summary>
public class OwnContractTests : DnsContract
{
    protected override IReadOnlyDictionary<string, string> Differences => new Dictionary<string, string>();

    private protected override IDns New(StubSettings settings) => new StubResolver(() => settings);

    private protected override string? ReadName(byte[] buffer, int length, int at)
        => DnsName.TryRead(buffer.AsSpan(0, length), ref at, out string name) ? name : null;
}
