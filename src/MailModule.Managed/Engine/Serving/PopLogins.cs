using System.Net;

namespace MailModule.Engine.Serving;

/// <summary>
/// From which addresses users have logged in by POP3, and when last: for POP before SMTP. Bounded; the oldest go first,
/// and only a right login makes one. Any thread.
/// </summary>
internal sealed class PopLogins(TimeProvider clock)
{
    private const int Capacity = 16_384;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, TimeSpan> _last = [];

    /// <summary>A user who may send has logged in from there.</summary>
    public void Add(IPAddress client)
    {
        lock (_lock)
        {
            _last[KeyOf(client)] = clock.GetElapsedTime(0);
            if (_last.Count <= Capacity)
                return;
            foreach (var oldest in _last.OrderBy(one => one.Value).Take(Capacity / 4).ToList())
                _last.Remove(oldest.Key);
        }
    }

    /// <summary>The last login from this very address is not older.</summary>
    public bool IsRecent(IPAddress client, TimeSpan life)
    {
        lock (_lock)
            return _last.TryGetValue(KeyOf(client), out TimeSpan last) && clock.GetElapsedTime(0) - last < life;
    }

    // No network stands for its addresses here: it is a right that is given.
    private static IPAddress KeyOf(IPAddress client) => client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
}
