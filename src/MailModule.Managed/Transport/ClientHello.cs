using System.Buffers.Binary;
using System.Net.Security;
using System.Text;

namespace MailModule.Transport;

/// <summary>What a handshake begins with (RFC 8446 §4.1.2), as far as a server wants to know.</summary>
internal readonly ref struct ClientHello
{
    private const byte HandshakeRecord = 22, Hello = 1;
    private const int RecordHeader = 5, MessageHeader = 4;
    private const int FixedSize = MessageHeader + 2 + 32; // version, random

    /// <summary>
    /// Octets of records that are waited for; hellos have a few hundred, with large keys two thousand.
    /// </summary>
    private const int Limit = 32 * 1024;

    private const int ServerNameType = 0, SupportedVersions = 43; // RFC 8446 §4.2
    private const byte HostName = 0; // RFC 6066 §3
    private const int LongestName = 255;
    private const int Tls13 = 0x0304;
    private readonly ReadOnlySpan<byte> _ciphers, _extensions;

    private ClientHello(ReadOnlySpan<byte> ciphers, ReadOnlySpan<byte> extensions)
    {
        _ciphers = ciphers;
        _extensions = extensions;
    }

    public bool OffersTls13
        => TryFind(SupportedVersions, out ReadOnlySpan<byte> content)
            && TryTake(ref content, 1, out ReadOnlySpan<byte> versions) && Has(versions, Tls13);

    /// <summary>The host that the client asks for, in small letters; null if it names none, or what is no name.
    /// </summary>
    public string? ServerName
        => TryFind(ServerNameType, out ReadOnlySpan<byte> content)
            && TryTake(ref content, 2, out ReadOnlySpan<byte> names) ? ReadName(names) : null;

    /// <summary>
    /// The hello is whole, in one record or several (RFC 8446 §5.1), or what came will never be one.
    /// </summary>
    public static bool IsWhole(ReadOnlySpan<byte> octets)
    {
        ReadOnlySpan<byte> rest = octets;
        Span<byte> header = stackalloc byte[MessageHeader];
        int count = 0;
        while (TryTakeFragment(ref rest, out ReadOnlySpan<byte> fragment))
        {
            if (count < MessageHeader)
                fragment[..Math.Min(fragment.Length, MessageHeader - count)].CopyTo(header[count..]);
            count += fragment.Length;
            if (count >= MessageHeader && (header[0] != Hello || count >= SizeOf(header) || SizeOf(header) > Limit))
                return true;
        }
        return octets.Length >= Limit || !MayBecomeFragment(rest);
    }

    /// <summary>What is no whole hello offers nothing: the TLS layer knows what to say of it.</summary>
    /// <param name="octets">What a client has sent, as records.</param>
    public static ClientHello Read(ReadOnlySpan<byte> octets)
    {
        ReadOnlySpan<byte> message = FirstMessage(octets);
        if (message.Length < FixedSize || message[0] != Hello)
            return default;
        ReadOnlySpan<byte> rest = message[FixedSize..];
        bool isWhole = TryTake(ref rest, 1, out _) // session id
            & TryTake(ref rest, 2, out ReadOnlySpan<byte> ciphers)
            & TryTake(ref rest, 1, out _) // compression
            & TryTake(ref rest, 2, out ReadOnlySpan<byte> extensions);
        return isWhole ? new ClientHello(ciphers, extensions) : default;
    }

    public bool Offers(TlsCipherSuite cipher) => Has(_ciphers, (int)cipher);

    /// <summary>The first message of a handshake, put together from its records; empty: it is not there.</summary>
    private static ReadOnlySpan<byte> FirstMessage(ReadOnlySpan<byte> octets)
    {
        if (!TryTakeFragment(ref octets, out ReadOnlySpan<byte> message))
            return [];
        byte[]? gathered = null;
        while (message.Length < MessageHeader || message.Length < SizeOf(message))
        {
            int count = message.Length;
            if (!TryTakeFragment(ref octets, out ReadOnlySpan<byte> fragment))
                return [];
            gathered ??= [.. message, .. new byte[fragment.Length + octets.Length]];
            fragment.CopyTo(gathered.AsSpan(count));
            message = gathered.AsSpan(0, count + fragment.Length);
        }
        return message[..SizeOf(message)];
    }

    private static int SizeOf(ReadOnlySpan<byte> message)
        => MessageHeader + (message[1] << 16 | message[2] << 8 | message[3]);

    /// <summary>Takes the content of the handshake's record in front; false: there is no whole one.</summary>
    private static bool TryTakeFragment(scoped ref ReadOnlySpan<byte> octets, out ReadOnlySpan<byte> fragment)
    {
        fragment = default;
        if (octets.Length < RecordHeader || !MayBecomeFragment(octets))
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(octets[3..]);
        if (octets.Length < RecordHeader + length)
            return false;
        fragment = octets.Slice(RecordHeader, length);
        octets = octets[(RecordHeader + length)..];
        return true;
    }

    // RFC 8446 §5.1: nothing comes between the records of a message, and none of them is empty
    private static bool MayBecomeFragment(ReadOnlySpan<byte> octets)
        => octets.IsEmpty || (octets[0] == HandshakeRecord
            && (octets.Length < RecordHeader || BinaryPrimitives.ReadUInt16BigEndian(octets[3..]) > 0));

    private bool TryFind(int wanted, out ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> rest = _extensions;
        content = default;
        while (rest.Length > 2)
        {
            int type = BinaryPrimitives.ReadUInt16BigEndian(rest);
            rest = rest[2..];
            if (!TryTake(ref rest, 2, out content))
                return false;
            if (type == wanted)
                return true;
        }
        return false;
    }

    private static string? ReadName(ReadOnlySpan<byte> names)
    {
        if (names.IsEmpty || names[0] != HostName)
            return null;
        names = names[1..];
        return TryTake(ref names, 2, out ReadOnlySpan<byte> name) && IsName(name)
            ? Encoding.ASCII.GetString(name).ToLowerInvariant()
            : null;
    }

    // RFC 6066 §3: in ASCII, without the dot that ends a full name
    private static bool IsName(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > LongestName || name[0] == '.' || name[^1] == '.')
            return false;
        foreach (byte octet in name)
            if (!char.IsAsciiLetterOrDigit((char)octet) && octet is not ((byte)'-' or (byte)'.' or (byte)'_'))
                return false;
        return true;
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
