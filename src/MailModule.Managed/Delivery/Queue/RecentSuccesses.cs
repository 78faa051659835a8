namespace MailModule.Delivery.Queue;

/// <summary>
/// The next hops that have taken mail lately, and have not been down since: for half a day at least and a day at most,
/// and so many that memory stays small. Guarded by the table's lock.
/// </summary>
internal sealed class RecentSuccesses
{
    private const int Limit = 10_000;
    private static readonly TimeSpan Period = TimeSpan.FromHours(12);

    private HashSet<string> _names = [];
    private HashSet<string> _namesBefore = [];
    private DateTimeOffset _began;

    public bool Contains(string nextHop) => _names.Contains(nextHop) || _namesBefore.Contains(nextHop);

    public void Add(string nextHop, DateTimeOffset now)
    {
        if (now - _began >= Period || _names.Count >= Limit)
        {
            _namesBefore = now - _began < Period * 2 ? _names : [];
            _names = [];
            _began = now;
        }
        _names.Add(nextHop);
    }

    public void Remove(string nextHop)
    {
        _names.Remove(nextHop);
        _namesBefore.Remove(nextHop);
    }
}
