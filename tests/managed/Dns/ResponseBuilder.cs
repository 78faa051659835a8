using System.Buffers.Binary;
using System.Net;
using System.Text;
using MailModule.Dns;

namespace MailModule.Tests.Dns;

/// <summary>
/// Writes responses by hand, right ones and wrong ones; knows nothing of the product's own reading and writing.
/// </summary>
internal sealed class ResponseBuilder
{
    private const int QueryHeader = 12;

    private readonly List<byte> _octets;

    /// <summary>A response of a recursive server to a query: same id and question, no records yet.</summary>
    public ResponseBuilder(byte[] query)
    {
        _octets = [.. query.AsSpan(0, QuestionEnd(query))];
        _octets[2] = 0x81;
        _octets[3] = 0x80;
        _octets[11] = 0;
    }

    public ResponseBuilder(ushort id, string name, DnsType type)
        : this([.. Number(id), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. Name(name), .. Number((ushort)type), .. Number(1)])
    {
    }

    public byte[] Octets => [.. _octets];

    public static byte[] Number(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] Name(string name)
        => [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.Latin1.GetBytes(label)]), 0];

    public static byte[] Soa(int minimum)
        => [.. Name("ns.example.org"), .. Name("host.example.org"), .. new byte[16], 0, 0, .. Number(minimum)];

    /// <summary>The name in a query's question.</summary>
    public static string NameIn(ReadOnlySpan<byte> query)
    {
        List<string> labels = [];
        for (int at = QueryHeader; query[at] != 0; at += 1 + query[at])
            labels.Add(Encoding.Latin1.GetString(query.Slice(at + 1, query[at])));
        return string.Join('.', labels);
    }

    /// <summary>Where the question of a query ends.</summary>
    public static int QuestionEnd(ReadOnlySpan<byte> query)
    {
        int at = QueryHeader;
        while (query[at] != 0)
            at += 1 + query[at];
        return at + 5;
    }

    /// <summary>Sets one octet, to lie.</summary>
    public ResponseBuilder With(int index, byte value)
    {
        _octets[index] = value;
        return this;
    }

    public ResponseBuilder Code(int code) => With(3, (byte)((_octets[3] & 0xf0) | code));

    public ResponseBuilder Truncated() => With(2, (byte)(_octets[2] | 2));

    /// <summary>Neither AA nor RA: from a lame server.</summary>
    public ResponseBuilder Lame() => With(3, (byte)(_octets[3] & 0x7f));

    public ResponseBuilder A(string name, string address, int timeToLive = 60)
        => Answer(name, DnsType.A, IPAddress.Parse(address).GetAddressBytes(), timeToLive);
    public ResponseBuilder Cname(string name, string target, int timeToLive = 60)
        => Answer(name, DnsType.Cname, Name(target), timeToLive);
    public ResponseBuilder Mx(string name, int preference, string exchange)
        => Answer(name, DnsType.Mx, [.. Number(preference), .. Name(exchange)]);
    public ResponseBuilder Answer(string name, DnsType type, byte[] data, int timeToLive = 60)
        => Record(7, Name(name), (int)type, 1, timeToLive, data);
    public ResponseBuilder Authority(string zone, int minimum, int timeToLive = 3600)
        => Record(9, Name(zone), (int)DnsType.Soa, 1, timeToLive, Soa(minimum));

    /// <summary>RFC 6891's OPT, with the upper octet of the code.</summary>
    public ResponseBuilder Opt(byte upperCode) => Record(11, [0], 41, 1232, upperCode << 24, []);

    /// <param name="count">Which count of the header goes up: its lower octet.</param>
    /// <param name="length">What the record says of its data; null: the truth.</param>
    public ResponseBuilder Record(
        int count, byte[] name, int type, int kind, int timeToLive, byte[] data, int? length = null)
    {
        byte[] life = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(life, timeToLive);
        _octets[count]++;
        _octets.AddRange([.. name, .. Number(type), .. Number(kind), .. life]);
        _octets.AddRange([.. Number(length ?? data.Length), .. data]);
        return this;
    }

    public ResponseBuilder Raw(params byte[] octets)
    {
        _octets.AddRange(octets);
        return this;
    }
}
