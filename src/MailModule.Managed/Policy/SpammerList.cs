using System.Globalization;
using System.Net;

namespace MailModule.Policy;

/// <summary>
/// Addresses of clients that have sent spam, each until a time. An IPv6 address stands for its /64. Bounded; any
/// thread. Lines of <see cref="Save"/>, read by <see cref="Load"/>, carry it over a restart.
/// </summary>
/// <param name="clock">Its UTC time is what counts, for that goes on while the engine is stopped.</param>
internal sealed class SpammerList(TimeProvider clock, int capacity = SpammerList.DefaultCapacity)
{
    public const int DefaultCapacity = 50_000;

    private const long ForEver = long.MaxValue;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, (long Since, long Until)> _entries = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>Changed since <see cref="Save"/>.</summary>
    public bool IsChanged { get; private set; }

    /// <param name="life">Zero: for ever, as far as there is room.</param>
    public void Add(IPAddress client, TimeSpan life)
    {
        long now = Now;
        lock (_lock)
        {
            IsChanged = true;
            _entries[KeyOf(client)] = (now, life > TimeSpan.Zero ? now + (long)life.TotalSeconds : ForEver);
            if (_entries.Count > capacity)
                MakeRoom(now);
        }
    }

    public bool Contains(IPAddress client)
    {
        lock (_lock)
            return _entries.Count > 0 && _entries.TryGetValue(KeyOf(client), out var entry) && Now < entry.Until;
    }

    /// <summary>What there is, as lines of text.</summary>
    public IReadOnlyList<string> Save()
    {
        lock (_lock)
        {
            IsChanged = false;
            long now = Now;
            return [.. _entries.Where(one => now < one.Value.Until).Select(one => string.Create(
                CultureInfo.InvariantCulture, $"{one.Key} {one.Value.Since} {one.Value.Until}"))];
        }
    }

    /// <summary>Takes lines of <see cref="Save"/>; what is none is left out.</summary>
    public void Load(IEnumerable<string> lines)
    {
        lock (_lock)
            foreach (string line in lines)
                if (line.Split(' ') is [var address, var since, var until] && _entries.Count < capacity
                    && IPAddress.TryParse(address, out IPAddress? client) && TryParse(since, out long from)
                    && TryParse(until, out long to))
                    _entries[KeyOf(client)] = (from, to);
    }

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    private static bool TryParse(string text, out long number)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static IPAddress KeyOf(IPAddress client)
    {
        if (client.IsIPv4MappedToIPv6)
            return client.MapToIPv4();
        byte[] octets = client.GetAddressBytes();
        if (octets.Length == 4)
            return client;
        octets.AsSpan(8).Clear();
        return new IPAddress(octets);
    }

    private void MakeRoom(long now)
    {
        List<IPAddress> leaving = [.. _entries.Where(one => now >= one.Value.Until).Select(one => one.Key)];
        if (leaving.Count == 0)
            leaving = [.. _entries.OrderBy(one => one.Value.Since).Take(Math.Max(1, capacity / 4))
                .Select(one => one.Key)];
        foreach (IPAddress client in leaving)
            _entries.Remove(client);
    }
}
