using System.Net;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>How fast a client may get messages.</summary>
/// <param name="OctetsPerSecond">0: as fast as it can.</param>
/// <param name="Others">It counts while so many other sessions are logged in.</param>
internal readonly record struct SpeedLimit(double OctetsPerSecond, int Others);

/// <summary>
/// The speed of each address's clients together (<c>pop_speed</c>): what they got has to be a second's worth ahead of
/// the average at most. An IPv6 /64 is one address. Nobody waits here: who asks hears how long to wait. Any thread.
/// </summary>
/// <param name="limit">Of the moment.</param>
internal sealed class ClientSpeeds(TimeProvider clock, Func<SpeedLimit> limit)
{
    /// <summary>An address that nobody uses is forgotten once it owes no time, at the latest when so many are kept.
    /// </summary>
    private const int KeptLimit = 1024;

    /// <summary>Limits nobody.</summary>
    public static readonly ClientSpeeds None = new(TimeProvider.System, static () => default);

    private static readonly TimeSpan s_ahead = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Share> _shares = [];
    private int _sessions;

    /// <summary>What an address's sessions share.</summary>
    private sealed class Share
    {
        public int Sessions;

        /// <summary>When all that was got would have come at the limit's speed.</summary>
        public TimeSpan PaidAt;
    }

    /// <summary>Addresses that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _shares.Count;
        }
    }

    /// <summary>A session has logged in.</summary>
    public void Begin(IPAddress client)
    {
        lock (_lock)
        {
            _sessions++;
            IPAddress key = AddressCounts.KeyOf(client);
            if (!_shares.TryGetValue(key, out Share? share))
                _shares[key] = share = new Share();
            share.Sessions++;
        }
    }

    /// <summary>Ends a <see cref="Begin"/>. Who comes back owes what it owed.</summary>
    public void End(IPAddress client)
    {
        lock (_lock)
        {
            _sessions--;
            IPAddress key = AddressCounts.KeyOf(client);
            Share share = _shares[key];
            share.Sessions--;
            if (IsIdle(share))
                _shares.Remove(key);
            if (_shares.Count <= KeptLimit)
                return;
            foreach (IPAddress idle in _shares.Where(one => IsIdle(one.Value)).Select(one => one.Key).ToList())
                _shares.Remove(idle);
        }
    }

    /// <summary>
    /// How many octets may be taken at once, between <see cref="Begin"/> and <see cref="End"/>: a second's worth, but
    /// no less than 512. <see cref="int.MaxValue"/>: there is no limit now.
    /// </summary>
    public int Piece
    {
        get
        {
            SpeedLimit now = limit();
            lock (_lock)
                return IsInForce(now) ? (int)Math.Clamp(now.OctetsPerSecond, 512, int.MaxValue) : int.MaxValue;
        }
    }

    /// <summary>How long the client has to wait before it gets more.</summary>
    public TimeSpan WaitOf(IPAddress client)
    {
        SpeedLimit now = limit();
        lock (_lock)
        {
            if (!IsInForce(now) || !_shares.TryGetValue(AddressCounts.KeyOf(client), out Share? share))
                return TimeSpan.Zero;
            TimeSpan ahead = share.PaidAt - clock.GetElapsedTime(0);
            return ahead > s_ahead ? ahead - s_ahead : TimeSpan.Zero;
        }
    }

    /// <summary>The client gets so many octets.</summary>
    public void Add(IPAddress client, int octets)
    {
        SpeedLimit now = limit();
        lock (_lock)
        {
            if (!IsInForce(now) || !_shares.TryGetValue(AddressCounts.KeyOf(client), out Share? share))
                return;
            TimeSpan time = clock.GetElapsedTime(0);
            TimeSpan from = share.PaidAt > time ? share.PaidAt : time;
            share.PaidAt = from + TimeSpan.FromSeconds(octets / now.OctetsPerSecond);
        }
    }

    private bool IsInForce(SpeedLimit now) => now.OctetsPerSecond > 0 && _sessions - 1 >= now.Others;

    private bool IsIdle(Share share) => share.Sessions == 0 && share.PaidAt <= clock.GetElapsedTime(0);
}
