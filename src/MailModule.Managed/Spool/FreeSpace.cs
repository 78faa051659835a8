using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// How much may still be taken in: what the file system has, less a reserve, less what was promised to messages being received. Any thread.
/// </summary>
internal sealed class FreeSpace
{
    private const long LeastReserve = 256 * 1024;
    private const long MostReserve = 64 * 1024 * 1024;
    private const int MillisecondsBetweenLooks = 250;

    private readonly IDisk _disk;
    private readonly string _path;
    private readonly long _reserve;
    private long _free;
    private long _lookedAt;
    private long _promised;

    public FreeSpace(IDisk disk, string path)
    {
        _disk = disk;
        _path = path;
        _reserve = Math.Clamp(Look() / 16, LeastReserve, MostReserve);
    }

    /// <summary>Octets free, at most a quarter of a second old.</summary>
    public long Now
    {
        get
        {
            long age = Environment.TickCount64 - Interlocked.Read(ref _lookedAt);
            return age < MillisecondsBetweenLooks ? Interlocked.Read(ref _free) : Look();
        }
    }

    public bool TryPromise(long octets)
    {
        if (Interlocked.Add(ref _promised, octets) <= Now - _reserve)
            return true;
        Release(octets);
        return false;
    }

    public void Release(long octets) => Interlocked.Add(ref _promised, -octets);

    public long Look()
    {
        long free = _disk.FreeSpace(_path);
        Interlocked.Exchange(ref _free, free);
        Interlocked.Exchange(ref _lookedAt, Environment.TickCount64);
        return free;
    }
}
