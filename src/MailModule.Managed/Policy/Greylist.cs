using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace MailModule.Policy;

/// <summary>
/// Who has to wait, and who has waited, by network, sender and recipient: a program that sends spam seldom tries again.
/// Bounded; any thread. Lines of <see cref="Save"/>, read by <see cref="Load"/>, carry it over a restart.
/// </summary>
/// <param name="clock">Its UTC time is what counts, for that goes on while the engine is stopped.</param>
internal sealed class Greylist(TimeProvider clock, int capacity = Greylist.DefaultCapacity)
{
    public const int DefaultCapacity = 50_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <param name="First">When it came first, in seconds since 1970; of a network: how many have waited.</param>
    /// <param name="Last">When it came last.</param>
    /// <param name="Life">Seconds after which it is nothing any more, since it came last.</param>
    private readonly record struct Entry(long First, long Last, long Life, bool HasPassed);

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

    /// <summary>Counts one attempt. True: it may pass.</summary>
    /// <param name="list">Different lists know nothing of each other.</param>
    public bool Pass(string list, IPAddress client, string sender, string recipients, in GreylistTimes times)
    {
        string network = "n" + NetworkOf(client);
        string key = KeyOf(list, network, sender, recipients);
        long now = Now;
        lock (_lock)
        {
            IsChanged = true;
            if (times.AutoPass > 0 && IsTrusted(network, times, now))
                return true;
            bool isKnown = _entries.TryGetValue(key, out Entry entry) && now - entry.Last < entry.Life;
            if (!isKnown)
                return Begin(key, now, times);
            if (!entry.HasPassed && now - entry.First < (long)times.Delay.TotalSeconds)
                return false;
            if (!entry.HasPassed && times.AutoPass > 0)
                CountNetwork(network, times, now);
            _entries[key] = new Entry(entry.First, now, (long)times.Pass.TotalSeconds, HasPassed: true);
            return true;
        }
    }

    /// <summary>What there is, as lines of text.</summary>
    public IReadOnlyList<string> Save()
    {
        lock (_lock)
        {
            IsChanged = false;
            long now = Now;
            return [.. _entries.Where(one => now - one.Value.Last < one.Value.Life).Select(one => string.Create(
                CultureInfo.InvariantCulture,
                $"{one.Key} {one.Value.First} {one.Value.Last} {one.Value.Life} {(one.Value.HasPassed ? 1 : 0)}"))];
        }
    }

    /// <summary>Takes lines of <see cref="Save"/>; what is none is left out.</summary>
    public void Load(IEnumerable<string> lines)
    {
        long now = Now;
        lock (_lock)
            foreach (string line in lines)
                if (_entries.Count < capacity && TryRead(line, out string key, out Entry entry)
                    && entry.Last <= now && now - entry.Last < entry.Life)
                    _entries[key] = entry;
    }

    /// <summary>The network of a client: a provider's servers take turns. IPv4: /24, IPv6: /64.</summary>
    internal static string NetworkOf(IPAddress client)
    {
        byte[] octets = (client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client).GetAddressBytes();
        return Convert.ToHexString(octets.AsSpan(0, octets.Length == 4 ? 3 : 8));
    }

    private static string KeyOf(string list, string network, string sender, string recipients)
    {
        byte[] text = Encoding.UTF8.GetBytes($"{list}\0{network}\0{sender}\0{recipients}".ToLowerInvariant());
        return "t" + Convert.ToHexString(SHA256.HashData(text).AsSpan(0, 16));
    }

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    private bool Begin(string key, long now, in GreylistTimes times)
    {
        _entries[key] = new Entry(now, now, (long)times.Life.TotalSeconds, HasPassed: false);
        if (_entries.Count > capacity)
            MakeRoom(now);
        return false;
    }

    private bool IsTrusted(string network, in GreylistTimes times, long now)
    {
        if (!_entries.TryGetValue(network, out Entry entry) || now - entry.Last >= entry.Life
            || entry.First < times.AutoPass)
            return false;
        _entries[network] = entry with { Last = now };
        return true;
    }

    private void CountNetwork(string network, in GreylistTimes times, long now)
    {
        bool isKnown = _entries.TryGetValue(network, out Entry entry) && now - entry.Last < entry.Life;
        _entries[network] = new Entry(isKnown ? entry.First + 1 : 1, now, (long)times.Pass.TotalSeconds, true);
        if (_entries.Count > capacity)
            MakeRoom(now);
    }

    /// <summary>What is nothing any more goes, and then a quarter: those first that have not waited, so that a flood of
    /// new ones costs nobody who has.</summary>
    private void MakeRoom(long now)
    {
        List<string> leaving = [.. _entries.Where(one => now - one.Value.Last >= one.Value.Life)
            .Select(one => one.Key)];
        if (leaving.Count == 0)
            leaving = [.. _entries.OrderBy(one => one.Value.HasPassed).ThenBy(one => one.Value.Last)
                .Take(Math.Max(1, capacity / 4)).Select(one => one.Key)];
        foreach (string key in leaving)
            _entries.Remove(key);
    }

    private static bool TryRead(string line, out string key, out Entry entry)
    {
        string[] parts = line.Split(' ');
        (key, entry) = (parts[0], default);
        Span<long> numbers = stackalloc long[4];
        for (int i = 0; i < numbers.Length; i++)
            if (parts.Length != 5 || !long.TryParse(
                parts[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        entry = new Entry(numbers[0], numbers[1], numbers[2], numbers[3] != 0);
        return key.Length is > 1 and <= 33 && key[0] is 't' or 'n' && key.AsSpan(1).IndexOfAnyExcept(s_hex) < 0;
    }

    private static readonly System.Buffers.SearchValues<char> s_hex =
        System.Buffers.SearchValues.Create("0123456789ABCDEF");
}
