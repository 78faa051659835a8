using System.Net;

namespace MailModule.Primitives.Os;

/// <summary>
/// What is made of the DNS servers that the system itself asks, where no file names them but its adapters do. They are
/// looked up again when somebody asks after <see cref="Lifetime"/>; as long as that fails, those found last stand. Any
/// thread; a look-up takes about a millisecond.
/// </summary>
/// <param name="make">Gets the servers in the system's order, perhaps none.</param>
/// <param name="find">Where they come from; null: the system.</param>
/// <param name="time">For their age; null: the system's.</param>
internal sealed class NameServers<T>(
    Func<IReadOnlyList<IPAddress>, T> make, Func<IReadOnlyList<IPAddress>?>? find = null, TimeProvider? time = null)
    where T : class
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly Func<IReadOnlyList<IPAddress>?> _find = find ?? NameServersOfSystem.Find;
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private IReadOnlyList<IPAddress> _known = [];
    private T? _made;
    private long _lookedAt;

    public T Current
    {
        get
        {
            lock (_lock)
            {
                if (_made is not null && _time.GetElapsedTime(_lookedAt) < Lifetime)
                    return _made;
                _lookedAt = _time.GetTimestamp();
                IReadOnlyList<IPAddress> found = _find() ?? _known;
                if (_made is null || !found.SequenceEqual(_known))
                    _made = make(found);
                _known = found;
                return _made;
            }
        }
    }
}
