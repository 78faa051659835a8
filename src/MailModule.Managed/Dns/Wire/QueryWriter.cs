using System.Buffers.Binary;

namespace MailModule.Dns.Wire;

/// <summary>Writes queries. Pure.</summary>
internal static class QueryWriter
{
    /// <summary>Octets of the longest query: header, longest name, type and class, OPT.</summary>
    public const int MaxLength = 12 + DnsName.OctetLimit + 4 + 11;

    /// <summary>Octets of a datagram that no network on the way fragments.</summary>
    public const int PayloadSize = 1232;

    // RFC 1035 §4.1.1: recursion desired. RFC 6840 §5.7: AD in a query asks for AD in the reply.
    private const ushort Flags = 0x0100 | 0x0020;
    private const ushort Internet = 1;
    private const ushort Opt = 41;

    /// <summary>Octets written; 0 if the name is not a domain name.</summary>
    public static int Write(Question question, bool withEdns, Span<byte> query)
    {
        query[..12].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(query, question.Id);
        BinaryPrimitives.WriteUInt16BigEndian(query[2..], Flags);
        query[5] = 1;
        if (!DnsName.TryWrite(question.Name, query[12..], out int length))
            return 0;
        int at = 12 + length;
        BinaryPrimitives.WriteUInt16BigEndian(query[at..], (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(query[(at + 2)..], Internet);
        return withEdns ? AddOpt(query, at + 4) : at + 4;
    }

    /// <summary>RFC 6891 §6.1.2: the root, OPT, the payload size, version 0, no options.</summary>
    private static int AddOpt(Span<byte> query, int at)
    {
        query[11] = 1;
        query.Slice(at, 11).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(query[(at + 1)..], Opt);
        BinaryPrimitives.WriteUInt16BigEndian(query[(at + 3)..], PayloadSize);
        return at + 11;
    }
}
