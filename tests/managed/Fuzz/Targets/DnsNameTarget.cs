using System.Net;
using System.Text;
using MailModule.Dns;
using MailModule.Dns.Wire;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>Names of hosts as people write them: the normal form is stable, and can be asked for.</summary>
internal static class DnsNameTarget
{
    public static void Check(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        CheckReverse(text);
        if (!DnsName.TryNormalize(text, out string name))
            return;
        Assert.True(Ascii.IsValid(name) && !name.Any(c => c is <= ' ' or '\x7f'), "not visible ASCII");
        Assert.True(name.Length == 0 || DnsName.TryNormalize(name, out string again) && again == name, name);
        Span<byte> query = stackalloc byte[QueryWriter.MaxLength];
        int length = QueryWriter.Write(new Question(7, name, DnsType.Mx), withEdns: true, query);
        Assert.True(length > 0, "a name that cannot be asked for");
        int at = 12;
        Assert.True(DnsName.TryRead(query[..length], ref at, out string asked) && asked == name);
        Assert.True(DnsName.IsAtOrBelow(name, name) && DnsName.IsAtOrBelow(name, ""));
    }

    private static void CheckReverse(string text)
    {
        if (ReverseName.AddressOf(text) is { } address)
            Assert.Equal(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address,
                ReverseName.AddressOf(ReverseName.Of(address)));
        if (IPAddress.TryParse(text, out IPAddress? written))
            Assert.True(DnsName.TryNormalize(ReverseName.Of(written), out _));
    }
}
