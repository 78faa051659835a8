using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace MailModule.Native.Abi;

/// <summary>Addresses in the forms that C programs know.</summary>
internal static class SocketAddresses
{
    private const int IPv4Size = 16;
    private const int IPv6Size = 28;

    /// <summary>
    /// As struct in_addr has it: the first octet first in memory. False, and 0, for a peer without an IPv4 form.
    /// </summary>
    public static bool TryGetIPv4(IPEndPoint endPoint, out uint address)
    {
        address = 0;
        var ip = Plain(endPoint.Address);
        if (ip.AddressFamily != AddressFamily.InterNetwork)
            return false;
        Span<byte> octets = stackalloc byte[4];
        ip.TryWriteBytes(octets, out _);
        address = BitConverter.ToUInt32(octets);
        return true;
    }

    /// <summary>As struct sockaddr_in or sockaddr_in6; false if it does not fit.</summary>
    public static bool TryWrite(IPEndPoint endPoint, Span<byte> destination, out int written)
    {
        var ip = Plain(endPoint.Address);
        written = ip.AddressFamily == AddressFamily.InterNetwork ? IPv4Size : IPv6Size;
        if (destination.Length < written)
            return false;
        destination = destination[..written];
        destination.Clear();
        // the family, as this system numbers it
        new SocketAddress(ip.AddressFamily, written).Buffer.Span[..2].CopyTo(destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)endPoint.Port);
        if (written == IPv4Size)
            return ip.TryWriteBytes(destination[4..], out _);
        BitConverter.TryWriteBytes(destination[24..], (uint)ip.ScopeId);
        return ip.TryWriteBytes(destination[8..], out _);
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
