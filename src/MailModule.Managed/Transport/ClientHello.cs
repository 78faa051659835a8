using System.Buffers.Binary;
using System.Net.Security;

namespace MailModule.Transport;

/// <summary>What the first record of a handshake offers (RFC 8446 §4.1.2), as far as a server wants to know.</summary>
internal readonly ref struct ClientHello
{
    private const byte HandshakeRecord = 22, Hello = 1;
    private const int FixedSize = 5 + 4 + 2 + 32; // headers of record and message, version, random
    private const int SupportedVersions = 43; // RFC 8446 §4.2
    private const int Tls13 = 0x0304;
    private readonly ReadOnlySpan<byte> _ciphers;

    private ClientHello(ReadOnlySpan<byte> ciphers, bool offersTls13)
    {
        _ciphers = ciphers;
        OffersTls13 = offersTls13;
    }

    public bool OffersTls13 { get; }

    /// <summary>What is no whole hello offers nothing: the TLS layer knows what to say of it.</summary>
    public static ClientHello Read(ReadOnlySpan<byte> record)
    {
        if (record.Length < FixedSize || record[0] != HandshakeRecord || record[5] != Hello)
            return default;
        ReadOnlySpan<byte> rest = record[FixedSize..];
        bool isWhole = TryTake(ref rest, 1, out _) // session id
            & TryTake(ref rest, 2, out ReadOnlySpan<byte> ciphers)
            & TryTake(ref rest, 1, out _) // compression
            & TryTake(ref rest, 2, out ReadOnlySpan<byte> extensions);
        return isWhole ? new ClientHello(ciphers, HasTls13(extensions)) : default;
    }

    public bool Offers(TlsCipherSuite cipher) => Has(_ciphers, (int)cipher);

    private static bool HasTls13(ReadOnlySpan<byte> extensions)
    {
        while (extensions.Length > 2)
        {
            int type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            extensions = extensions[2..];
            if (!TryTake(ref extensions, 2, out ReadOnlySpan<byte> content))
                return false;
            if (type == SupportedVersions)
                return TryTake(ref content, 1, out ReadOnlySpan<byte> versions) && Has(versions, Tls13);
        }
        return false;
    }

    private static bool Has(ReadOnlySpan<byte> list, int number)
    {
        for (; list.Length >= 2; list = list[2..])
            if (BinaryPrimitives.ReadUInt16BigEndian(list) == number)
                return true;
        return false;
    }

    /// <summary>Takes what stands behind its length, which has one octet or two.</summary>
    private static bool TryTake(scoped ref ReadOnlySpan<byte> rest, int size, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (rest.Length < size)
            return false;
        int length = size == 1 ? rest[0] : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length < size + length)
            return false;
        content = rest.Slice(size, length);
        rest = rest[(size + length)..];
        return true;
    }
}
