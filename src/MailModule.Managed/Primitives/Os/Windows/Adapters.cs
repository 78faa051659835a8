using System.Net;
using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os.Windows;

/// <summary>The machine's network adapters, as far as they name DNS servers (iphlpapi.h, iptypes.h).</summary>
internal static unsafe partial class Adapters
{
    private const uint FirstSize = 16 * 1024;
    private const int Tries = 4;

    private const int BothFamilies = 0; // AF_UNSPEC
    private const ushort FamilyIPv4 = 2;
    private const ushort FamilyIPv6 = 23;

    // GAA_FLAG_SKIP_UNICAST, …_ANYCAST, …_MULTICAST, …_FRIENDLY_NAME
    private const uint OnlyDnsServers = 0x01 | 0x02 | 0x04 | 0x20;
    private const uint Up = 1; // IfOperStatusUp

    // IP_ADAPTER_ADDRESSES_LH and IP_ADAPTER_DNS_SERVER_ADDRESS_XP, where pointers have eight octets.
    private const int NextAdapter = 8, FirstDnsServer = 48, OperatingStatus = 104, MetricIPv4 = 216, MetricIPv6 = 220;
    private const int NextServer = 8, ServerAddress = 16;

    /// <summary>Adds the servers of the adapters that are up; a Win32 error.</summary>
    /// <param name="found">Each with its adapter's metric: the system asks the least first.</param>
    public static int FindDnsServers(List<(uint Metric, IPAddress Server)> found)
    {
        uint size = FirstSize;
        int error = Win32Error.BufferOverflow;
        for (int i = 0; i < Tries && error == Win32Error.BufferOverflow; i++)
        {
            byte* adapters = (byte*)NativeMemory.Alloc(size);
            error = GetAdaptersAddresses(BothFamilies, OnlyDnsServers, null, adapters, &size);
            if (error == Win32Error.Success)
                Read(adapters, found);
            NativeMemory.Free(adapters);
        }
        return error;
    }

    private static void Read(byte* adapter, List<(uint Metric, IPAddress Server)> found)
    {
        for (; adapter is not null; adapter = *(byte**)(adapter + NextAdapter))
        {
            if (*(uint*)(adapter + OperatingStatus) != Up)
                continue;
            uint metric = Math.Min(*(uint*)(adapter + MetricIPv4), *(uint*)(adapter + MetricIPv6));
            byte* server = *(byte**)(adapter + FirstDnsServer);
            for (; server is not null; server = *(byte**)(server + NextServer))
                if (ReadAddress(*(byte**)(server + ServerAddress)) is { } address)
                    found.Add((metric, address));
        }
    }

    /// <summary>Of a struct sockaddr.</summary>
    private static IPAddress? ReadAddress(byte* address) => *(ushort*)address switch
    {
        FamilyIPv4 => new IPAddress(new ReadOnlySpan<byte>(address + 4, 4)),
        FamilyIPv6 => new IPAddress(new ReadOnlySpan<byte>(address + 8, 16), *(uint*)(address + 24)),
        _ => null,
    };

    [LibraryImport("iphlpapi")]
    private static partial int GetAdaptersAddresses(
        int family, uint flags, void* reserved, byte* adapters, uint* size);
}
