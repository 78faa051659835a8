using System.Net;
using MailModule.Policy;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>What a limit of volume says of a message that is to come.</summary>
internal enum VolumeVerdict
{
    Within,
    /// <summary>Too much has come; later there is room again.</summary>
    Over,
    /// <summary>The message alone is larger than a limit: it never fits.</summary>
    NeverFits,
}

/// <summary>
/// Octets of mail by address, by network and in all, each as a vessel that empties evenly: a limit's worth at once, and
/// on the average as much in each window. Bounded: those with least in them are forgotten first, so that many addresses
/// with little do not wash out the one with much, and their networks and the sum count them all the same. Any thread.
/// </summary>
internal sealed class VolumeMeter(TimeProvider clock)
{
    private const int Capacity = 16_384;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Vessel> _addresses = [];
    private readonly Dictionary<IPAddress, Vessel> _networks = [];
    private Vessel _all;

    private readonly record struct Vessel(double Octets, TimeSpan At)
    {
        public double Left(TimeSpan now, long limit, TimeSpan window)
            => Math.Max(0, Octets - limit * ((now - At) / window));
    }

    /// <summary>Addresses and networks that are counted now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _addresses.Count + _networks.Count;
        }
    }

    /// <param name="more">Octets that are announced; 0: not known.</param>
    public VolumeVerdict Check(IPAddress client, VolumeLimits limits, long more)
    {
        if (more > Math.Min(limits.OfAddress, Math.Min(limits.OfNetwork, limits.OfAll)))
            return VolumeVerdict.NeverFits;
        TimeSpan now = clock.GetElapsedTime(0);
        bool IsOver(Vessel vessel, long limit)
            => vessel.Left(now, limit, limits.Window) is var left && (left >= limit || left + more > limit);
        lock (_lock)
            return IsOver(_addresses.GetValueOrDefault(AddressCounts.KeyOf(client)), limits.OfAddress)
                || IsOver(_networks.GetValueOrDefault(NetworkOf(client)), limits.OfNetwork)
                || IsOver(_all, limits.OfAll)
                    ? VolumeVerdict.Over
                    : VolumeVerdict.Within;
    }

    /// <summary>Octets have come, whatever becomes of them.</summary>
    public void Add(IPAddress client, VolumeLimits limits, long octets)
    {
        TimeSpan now = clock.GetElapsedTime(0);
        lock (_lock)
        {
            Add(_addresses, AddressCounts.KeyOf(client), limits.OfAddress, limits.Window, now, octets);
            Add(_networks, NetworkOf(client), limits.OfNetwork, limits.Window, now, octets);
            _all = new Vessel(_all.Left(now, limits.OfAll, limits.Window) + octets, now);
        }
    }

    private static void Add(
        Dictionary<IPAddress, Vessel> vessels, IPAddress key, long limit, TimeSpan window, TimeSpan now, long octets)
    {
        double before = vessels.GetValueOrDefault(key).Left(now, limit, window);
        vessels[key] = new Vessel(before + octets, now);
        if (vessels.Count <= Capacity)
            return;
        foreach (IPAddress least in vessels.OrderBy(one => one.Value.Left(now, limit, window))
            .Take(Capacity / 4).Select(one => one.Key).ToList())
            vessels.Remove(least);
    }

    private static IPAddress NetworkOf(IPAddress client)
    {
        IPAddress key = AddressCounts.KeyOf(client);
        Span<byte> octets = stackalloc byte[16];
        key.TryWriteBytes(octets, out int length);
        octets[(length == 4 ? 2 : 6)..].Clear();
        return new IPAddress(octets[..length]);
    }
}

/// <summary>Counts the content of one message as it comes.</summary>
internal sealed class VolumeAccount(VolumeMeter meter, IPAddress client, VolumeLimits limits)
{
    public void Add(int octets) => meter.Add(client, limits, octets);
}
