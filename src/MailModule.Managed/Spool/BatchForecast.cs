using System.Diagnostics;

namespace MailModule.Spool;

/// <summary>
/// Whether the next batch should wait a moment for the clients whose messages the last one completed. Clients that send
/// one message after the other otherwise fall into two groups: while one waits for its sync the other sends, and each
/// sync serves half. Waiting costs at most half a sync and only right after one, so a message that comes alone never
/// waits; where it does not bring enough it is tried less and less often.
/// </summary>
internal sealed class BatchForecast
{
    private const int MostPassedOver = 64;
    private static readonly long Least = Stopwatch.Frequency / 10_000;
    private static readonly long Most = Stopwatch.Frequency / 200;

    private long _syncTime;
    private long _until;
    private int _penalty;
    private int _passOver;

    /// <summary>How many messages the next batch may hold: those just answered, and those that waited
    /// meanwhile.</summary>
    public int Expected { get; private set; }

    /// <summary>A sync came to its end; times are the stopwatch's.</summary>
    public void Synced(int answered, int waiting, long began, long ended)
    {
        _syncTime += (ended - began - _syncTime) / 4;
        Expected = answered + waiting;
        _until = ended + Math.Min(_syncTime / 2, Most);
        _passOver = Math.Max(0, _passOver - 1);
    }

    public bool IsWorthWaiting(int waiting, long now, out TimeSpan longest)
    {
        longest = Stopwatch.GetElapsedTime(now, _until);
        return Expected > 1 && waiting < Expected && _passOver == 0 && _until - now >= Least;
    }

    /// <summary>What the wait has brought: at least half of those it was for, or the next ones are not tried.</summary>
    public void Waited(int before, int after)
    {
        bool wasWorthIt = (after - before) * 2 >= Expected - before;
        _penalty = wasWorthIt ? 0 : Math.Clamp(_penalty * 2, 1, MostPassedOver);
        // The sync that comes next counts itself off.
        _passOver = wasWorthIt ? 0 : _penalty + 1;
    }
}
