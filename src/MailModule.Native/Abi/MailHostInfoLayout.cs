using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using MailModule.Dns;

namespace MailModule.Native.Abi;

/// <summary><c>MailHostInfo</c>, of the old module: 116 octets that never grow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MailHostInfoLayout
{
    /// <summary>Octets of a name, without its NUL.</summary>
    public const int NameLimit = 63;

    private const int AddressLimit = 12;

    private NameOctets _name;
    private int _preference;
    private Addresses _addresses;

    /// <summary>Fills places with hosts; one whose name does not fit is left out.</summary>
    /// <returns>How many were filled.</returns>
    public static int Write(IReadOnlyList<MailExchanger> hosts, Span<MailHostInfoLayout> places)
    {
        int count = 0;
        foreach (MailExchanger host in hosts)
        {
            if (count == places.Length)
                break;
            if (Encoding.UTF8.GetByteCount(host.Name) <= NameLimit)
                places[count++] = Of(host);
        }
        return count;
    }

    private static MailHostInfoLayout Of(MailExchanger host)
    {
        var info = new MailHostInfoLayout { _preference = host.Preference };
        Encoding.UTF8.GetBytes(host.Name, info._name);
        Span<uint> addresses = info._addresses;
        int count = 0;
        foreach (var address in host.Addresses)
            if (count < AddressLimit && address.AddressFamily == AddressFamily.InterNetwork)
                address.TryWriteBytes(MemoryMarshal.AsBytes(addresses.Slice(count++, 1)), out _);
        return info;
    }

    [InlineArray(NameLimit + 1)]
    private struct NameOctets
    {
        private byte _first;
    }

    [InlineArray(AddressLimit)]
    private struct Addresses
    {
        private uint _first;
    }
}
