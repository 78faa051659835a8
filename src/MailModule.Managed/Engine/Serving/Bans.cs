using System.Net;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// Addresses (IPv6: /64 networks) that may not connect for a time. Bounded; those whose time is over first go first.
/// Any thread.
/// </summary>
internal sealed class Bans(TimeProvider clock)
{
    private const int Capacity = 8192;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, TimeSpan> _until = [];
    private volatile bool _isAnyBanned;

    /// <summary>True: it was not banned before, or not for so long.</summary>
    public bool Add(IPAddress client, TimeSpan time)
    {
        IPAddress key = AddressCounts.KeyOf(client);
        TimeSpan now = clock.GetElapsedTime(0);
        lock (_lock)
        {
            bool isNew = !(_until.TryGetValue(key, out TimeSpan until) && now < until);
            _until[key] = now + time;
            _isAnyBanned = true;
            if (_until.Count > Capacity)
                foreach (var first in _until.OrderBy(one => one.Value).Take(Capacity / 4).ToList())
                    _until.Remove(first.Key);
            return isNew;
        }
    }

    public bool Contains(IPAddress client)
    {
        if (!_isAnyBanned)
            return false;
        IPAddress key = AddressCounts.KeyOf(client);
        TimeSpan now = clock.GetElapsedTime(0);
        lock (_lock)
        {
            if (!_until.TryGetValue(key, out TimeSpan until))
                return false;
            if (now < until)
                return true;
            _until.Remove(key);
            _isAnyBanned = _until.Count > 0;
            return false;
        }
    }
}
