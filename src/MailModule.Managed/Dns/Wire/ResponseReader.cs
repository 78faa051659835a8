using System.Buffers.Binary;

namespace MailModule.Dns.Wire;

/// <summary>
/// Reads responses. Pure. Nothing that a response says about itself is believed: counts, lengths and pointers are
/// checked against the octets that are there, names against the question.
/// </summary>
internal ref struct ResponseReader
{
    private const int HeaderLength = 12;
    private const int MinRecordLength = 11;
    private const ushort Internet = 1;
    private const int Opt = 41;

    private readonly ReadOnlySpan<byte> _message;
    private int _at;
    private int _extendedRcode;
    private AuthorityZone? _authority;

    private ResponseReader(ReadOnlySpan<byte> message)
    {
        _message = message;
        _at = HeaderLength;
    }

    /// <param name="response">Not null exactly when the result is <see cref="ResponseMatch.Matches"/>.</param>
    public static ResponseMatch Read(ReadOnlySpan<byte> message, Question asked, out Response? response)
    {
        response = null;
        var reader = new ResponseReader(message);
        if (!reader.IsResponseTo(asked))
            return ResponseMatch.Mismatched;
        bool isTruncated = (message[2] & 0x02) != 0;
        List<AnswerRecord> answers = [];
        if (!isTruncated && !reader.TryReadSections(answers))
            return ResponseMatch.Malformed;
        response = new Response
        {
            Rcode = (Rcode)((reader._extendedRcode << 4) | (message[3] & 0x0f)),
            IsTruncated = isTruncated,
            IsAuthoritativeOrRecursive = (message[2] & 0x04) != 0 || (message[3] & 0x80) != 0,
            IsAuthentic = (message[3] & 0x20) != 0,
            Answers = answers,
            Authority = reader._authority,
        };
        return ResponseMatch.Matches;
    }

    private readonly int Count(int section) => ReadUInt16(4 + 2 * section);

    private readonly ushort ReadUInt16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_message[at..]);

    /// <summary>
    /// RFC 5452 §9.1: id, name, type and class are those of the query. (Address and port: the socket is connected.)
    /// </summary>
    private bool IsResponseTo(Question asked)
    {
        // QR set, OPCODE a query.
        if (_message.Length < HeaderLength || ReadUInt16(0) != asked.Id || (_message[2] & 0xf8) != 0x80)
            return false;
        if (Count(0) == 0)
            return IsBareErrorHeader();
        if (Count(0) != 1 || !DnsName.TryRead(_message, ref _at, out string name) || name != asked.Name
            || _at + 4 > _message.Length)
            return false;
        bool isSame = ReadUInt16(_at) == (ushort)asked.Type && ReadUInt16(_at + 2) == Internet;
        _at += 4;
        return isSame;
    }

    /// <summary>
    /// RFC 6891 §7: old servers answer EDNS with a header alone, without the question. Forged, it can do no more than
    /// make the question be asked again without EDNS.
    /// </summary>
    private readonly bool IsBareErrorHeader()
        => (Rcode)(_message[3] & 0x0f) is Rcode.FormatError or Rcode.NotImplemented
            && Count(1) + Count(2) + Count(3) == 0;

    private bool TryReadSections(List<AnswerRecord> answers)
    {
        if ((Count(1) + Count(2) + Count(3)) * MinRecordLength > _message.Length)
            return false;
        for (int section = 1; section <= 3; section++)
            for (int left = Count(section); left > 0; left--)
                if (!TryReadRecord(section, answers))
                    return false;
        return true;
    }

    private bool TryReadRecord(int section, List<AnswerRecord> answers)
    {
        if (!DnsName.TryRead(_message, ref _at, out string name) || _at + 10 > _message.Length)
            return false;
        int type = ReadUInt16(_at);
        bool isInternet = ReadUInt16(_at + 2) == Internet;
        byte extendedRcode = _message[_at + 4];
        TimeSpan timeToLive = TimeToLive(_message[(_at + 4)..]);
        int start = _at + 10, length = ReadUInt16(_at + 8);
        if (start + length > _message.Length)
            return false;
        _at = start + length;
        var data = new RecordData(_message[.._at], start);
        return section switch
        {
            1 => !isInternet || TryReadAnswer(name, (DnsType)type, timeToLive, data, answers),
            2 => !isInternet || type != (int)DnsType.Soa || TryReadAuthority(name, timeToLive, data),
            // RFC 6891 §6.1.3: the upper eight bits of the RCODE. Other records of the additional section are not
            // believed.
            _ => type != Opt || TryReadOpt(extendedRcode),
        };
    }

    private static bool TryReadAnswer(
        string name, DnsType type, TimeSpan timeToLive, RecordData data, List<AnswerRecord> answers)
    {
        if (!data.TryRead(name, type, timeToLive, out DnsRecord? record))
            return false;
        if (record is not null)
            answers.Add(new AnswerRecord(type, record));
        return true;
    }

    private bool TryReadAuthority(string name, TimeSpan timeToLive, RecordData data)
    {
        if (!data.TryRead(name, DnsType.Soa, timeToLive, out DnsRecord? record))
            return false;
        if (record is SoaRecord soa)
            _authority ??= new AuthorityZone(name, soa.Minimum < timeToLive ? soa.Minimum : timeToLive);
        return true;
    }

    private bool TryReadOpt(byte extendedRcode)
    {
        _extendedRcode = extendedRcode;
        return true;
    }

    /// <summary>RFC 2181 §8: with the highest bit set it is zero.</summary>
    internal static TimeSpan TimeToLive(ReadOnlySpan<byte> octets)
        => TimeSpan.FromSeconds(Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(octets)));
}
