using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace MailModule.Transport;

/// <summary>What the beginning of a connection says.</summary>
internal enum ProxyHeaderState
{
    /// <summary>It may become a header.</summary>
    Incomplete,
    Complete,
    /// <summary>It is none, whatever follows.</summary>
    Malformed,
}

/// <summary>
/// What a proxy puts in front of a connection that it passes on: from whom, and to where it came (PROXY protocol,
/// versions 1 and 2, section numbers are those of haproxy's proxy-protocol.txt).
/// </summary>
/// <param name="Length">Octets of the header.</param>
/// <param name="IsOfProxy">The proxy speaks for itself (LOCAL), such as to see whether we are there.</param>
/// <param name="Client">Null: the proxy does not know, or the client has no IP address.</param>
/// <param name="Server">Where the client has connected to; null as above.</param>
internal readonly record struct ProxyHeader(int Length, bool IsOfProxy, IPEndPoint? Client, IPEndPoint? Server)
{
    /// <summary>§2.1: the longest line of version 1, with its end.</summary>
    private const int LineLimit = 107;

    /// <summary>Of version 2, in all; the addresses take 232 at most, and what follows is of no concern here.</summary>
    private const int BinaryLimit = 4096;
    private const int FixedSize = 16;

    private static ReadOnlySpan<byte> Line => "PROXY "u8;
    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads the header in front of <paramref name="octets"/>.</summary>
    public static ProxyHeaderState TryRead(ReadOnlySpan<byte> octets, out ProxyHeader header)
    {
        header = default;
        if (octets.IsEmpty)
            return ProxyHeaderState.Incomplete;
        bool isBinary = octets[0] == Signature[0];
        ReadOnlySpan<byte> start = isBinary ? Signature : Line;
        int known = Math.Min(octets.Length, start.Length);
        if (!octets[..known].SequenceEqual(start[..known]))
            return ProxyHeaderState.Malformed;
        return isBinary ? ReadBinary(octets, ref header) : ReadLine(octets, ref header);
    }

    // §2.1
    private static ProxyHeaderState ReadLine(ReadOnlySpan<byte> octets, ref ProxyHeader header)
    {
        ReadOnlySpan<byte> window = octets[..Math.Min(octets.Length, LineLimit)];
        int end = window.IndexOf((byte)'\n');
        if (end < 0)
            return window.Length < LineLimit ? ProxyHeaderState.Incomplete : ProxyHeaderState.Malformed;
        if (window[end - 1] != '\r')
            return ProxyHeaderState.Malformed;
        string text = Encoding.ASCII.GetString(window[Line.Length..(end - 1)]);
        header = new ProxyHeader(end + 1, false, null, null);
        if (text == "UNKNOWN" || text.StartsWith("UNKNOWN ", StringComparison.Ordinal))
            return ProxyHeaderState.Complete;
        string[] words = text.Split(' ');
        if (words.Length != 5 || words[0] is not ("TCP4" or "TCP6")
            || !TryReadAddress(words[1], words[0] == "TCP6", words[3], out IPEndPoint? client)
            || !TryReadAddress(words[2], words[0] == "TCP6", words[4], out IPEndPoint? server))
            return ProxyHeaderState.Malformed;
        header = header with { Client = client, Server = server };
        return ProxyHeaderState.Complete;
    }

    private static bool TryReadAddress(string text, bool isV6, string port, out IPEndPoint? endPoint)
    {
        endPoint = null;
        bool isPort = port == "0" || (port.Length > 0 && port[0] != '0');
        bool isRight = isV6
            ? text.Contains(':') && text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')
            : text.All(c => char.IsAsciiDigit(c) || c == '.');
        if (!isPort || !isRight || !IPAddress.TryParse(text, out IPAddress? address)
            || (!isV6 && address.ToString() != text)
            || !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
            return false;
        endPoint = new IPEndPoint(Plain(address), number);
        return true;
    }

    // §2.2
    private static ProxyHeaderState ReadBinary(ReadOnlySpan<byte> octets, ref ProxyHeader header)
    {
        if (octets.Length > 12 && octets[12] is not (0x20 or 0x21))
            return ProxyHeaderState.Malformed;
        if (octets.Length < FixedSize)
            return ProxyHeaderState.Incomplete;
        int length = FixedSize + BinaryPrimitives.ReadUInt16BigEndian(octets[14..]);
        bool isOfProxy = octets[12] == 0x20;
        int size = isOfProxy ? 0 : SizeOf(octets[13]);
        if (size < 0 || length > BinaryLimit || length < FixedSize + 2 * size)
            return ProxyHeaderState.Malformed;
        if (octets.Length < length)
            return ProxyHeaderState.Incomplete;
        header = new ProxyHeader(length, isOfProxy, null, null);
        if (size is not (4 + 2 or 16 + 2))
            return ProxyHeaderState.Complete;
        ReadOnlySpan<byte> addresses = octets.Slice(FixedSize, 2 * size);
        int address = size - 2;
        header = header with
        {
            Client = EndPointOf(addresses[..address], addresses[(2 * address)..]),
            Server = EndPointOf(addresses[address..(2 * address)], addresses[(2 * address + 2)..]),
        };
        return ProxyHeaderState.Complete;
    }

    /// <summary>Octets of one end's address with its port; -1 for a transport that no connection comes by.</summary>
    private static int SizeOf(byte family) => family switch
    {
        0x00 => 0, // UNSPEC
        0x11 => 4 + 2, // TCP over IPv4
        0x21 => 16 + 2, // TCP over IPv6
        0x31 => 108, // a stream of the local kind
        _ => -1,
    };

    private static IPEndPoint EndPointOf(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port)
        => new(Plain(new IPAddress(address)), BinaryPrimitives.ReadUInt16BigEndian(port));

    private static IPAddress Plain(IPAddress address)
        => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
