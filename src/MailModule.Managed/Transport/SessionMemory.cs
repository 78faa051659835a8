using System.Net;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// Bounds the memory that the sessions of all servers hold together beyond a small base each
/// (<see cref="HeldMemory"/>), and what the sessions of one address have of it. The last share is for addresses that
/// are exempt, and for buffers, which are counted but not asked about. Any thread.
/// </summary>
internal sealed class SessionMemory(long limit)
{
    private const int Shares = 8;
    private const long MostByDefault = 256 * 1024 * 1024;
    private const int PartOfMachine = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, long> _ofAddresses = [];
    private long _taken;

    /// <summary>
    /// 256 MiB; on a small machine a quarter of its memory, and under a limit of address space a quarter of the half
    /// that the heap has of it.
    /// </summary>
    public static long DefaultLimit
        => Math.Min(MostByDefault,
            Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, AddressSpace.Limit / 2) / PartOfMachine);

    /// <summary>Octets that sessions hold, as far as they are counted.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>The last share is begun: what is left is for the sessions that are there, new ones are refused.
    /// </summary>
    public bool IsShort => Taken > limit - limit / Shares;

    /// <summary>Counts octets in, if there is room.</summary>
    /// <param name="isExempt">Of an address that may have more than a share.</param>
    public bool TryTake(IPAddress address, long octets, bool isExempt)
    {
        IPAddress key = AddressCounts.KeyOf(address);
        long share = limit / Shares;
        (long ofAll, long ofOne) = isExempt ? (limit, limit) : (limit - share, share);
        lock (_lock)
        {
            if (_taken + octets > ofAll || _ofAddresses.GetValueOrDefault(key) + octets > ofOne)
                return false;
            Add(key, octets);
            return true;
        }
    }

    /// <summary>Counts octets in that are held already.</summary>
    public void Take(IPAddress address, long octets)
    {
        IPAddress key = AddressCounts.KeyOf(address);
        lock (_lock)
            Add(key, octets);
    }

    /// <summary>Ends a <see cref="TryTake"/> or <see cref="Take"/>, or a part of it.</summary>
    public void Release(IPAddress address, long octets) => Take(address, -octets);

    private void Add(IPAddress key, long octets)
    {
        Interlocked.Add(ref _taken, octets);
        long all = _ofAddresses.GetValueOrDefault(key) + octets;
        if (all == 0)
            _ofAddresses.Remove(key);
        else
            _ofAddresses[key] = all;
    }
}
