using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace MailModule.Dns.Wire;

/// <summary>RDATA: the data of one record.</summary>
/// <param name="message">
/// The message up to the end of the record: names in the data may point back, but nothing reads past the record.
/// </param>
/// <param name="start">Where the data begin.</param>
internal readonly ref struct RecordData(ReadOnlySpan<byte> message, int start)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private readonly int _start = start;

    private ReadOnlySpan<byte> Octets => _message[_start..];

    /// <summary>False if the data are not what the type asks for; an unknown type is read as null.</summary>
    public bool TryRead(string name, DnsType type, TimeSpan timeToLive, out DnsRecord? record)
    {
        record = null;
        if (!IsKnown(type))
            return true;
        record = type switch
        {
            DnsType.A => Address(name, timeToLive, 4),
            DnsType.Aaaa => Address(name, timeToLive, 16),
            DnsType.Mx => Mx(name, timeToLive),
            DnsType.Txt => Text(name, timeToLive),
            DnsType.Tlsa => Tlsa(name, timeToLive),
            DnsType.Soa => Soa(name, timeToLive),
            _ => TryReadLastName(_start, out string target) ? new NameRecord(name, timeToLive, target) : null,
        };
        return record is not null;
    }

    private static bool IsKnown(DnsType type)
        => type is DnsType.A or DnsType.Aaaa or DnsType.Mx or DnsType.Txt
            or DnsType.Tlsa or DnsType.Soa or DnsType.Cname or DnsType.Ptr;

    private AddressRecord? Address(string name, TimeSpan timeToLive, int length)
        => Octets.Length == length ? new AddressRecord(name, timeToLive, new IPAddress(Octets)) : null;

    private MxRecord? Mx(string name, TimeSpan timeToLive)
        => Octets.Length > 2 && TryReadLastName(_start + 2, out string exchange)
            ? new MxRecord(name, timeToLive, BinaryPrimitives.ReadUInt16BigEndian(Octets), exchange)
            : null;

    private TlsaRecord? Tlsa(string name, TimeSpan timeToLive)
        => Octets.Length > 3
            ? new TlsaRecord(name, timeToLive, Octets[0], Octets[1], Octets[2], Octets[3..].ToArray())
            : null;

    /// <summary>RFC 1035 §3.3.14: one or more strings, each with its length before it.</summary>
    private TxtRecord? Text(string name, TimeSpan timeToLive)
    {
        ReadOnlySpan<byte> left = Octets;
        if (left.IsEmpty)
            return null;
        var text = new StringBuilder(left.Length);
        while (!left.IsEmpty)
        {
            int length = left[0];
            if (length >= left.Length)
                return null;
            text.Append(Encoding.Latin1.GetString(left.Slice(1, length)));
            left = left[(1 + length)..];
        }
        return new TxtRecord(name, timeToLive, text.ToString());
    }

    /// <summary>RFC 1035 §3.3.13: two names, then five numbers of which the last is MINIMUM.</summary>
    private SoaRecord? Soa(string name, TimeSpan timeToLive)
    {
        int at = _start;
        bool isValid = DnsName.TryRead(_message, ref at, out string server) && DnsName.TryRead(_message, ref at, out _)
            && _message.Length - at == 20;
        return isValid
            ? new SoaRecord(name, timeToLive, server, ResponseReader.TimeToLive(_message[(at + 16)..]))
            : null;
    }

    /// <summary>A name that ends where the data end.</summary>
    private bool TryReadLastName(int at, out string name)
        => DnsName.TryRead(_message, ref at, out name) && at == _message.Length;
}
