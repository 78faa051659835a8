using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// How much may still be taken in: what the file system has, less a margin, less what was promised to messages being
/// received. Tells the log when the disk is full, and when it is not any more. Any thread.
/// </summary>
internal sealed class FreeSpace
{
    private const long LeastMargin = 256 * 1024;
    private const long MostMargin = 64 * 1024 * 1024;
    private const int MillisecondsBetweenMeasurements = 250;
    private const long SmallMessage = 64 * 1024;

    private readonly IDisk _disk;
    private readonly string _path;
    private readonly Log _log;
    private readonly long _margin;
    private long _free;
    private long _measuredAt;
    private long _promised;
    private int _isLoggedFull;

    public FreeSpace(IDisk disk, string path, Log log)
    {
        _log = log;
        _disk = disk;
        _path = path;
        _margin = Math.Clamp(Measure() / 16, LeastMargin, MostMargin);
    }

    /// <summary>Octets free, at most a quarter of a second old.</summary>
    public long Now
    {
        get
        {
            long age = Environment.TickCount64 - Interlocked.Read(ref _measuredAt);
            return age < MillisecondsBetweenMeasurements ? Interlocked.Read(ref _free) : Measure();
        }
    }

    public bool TryPromise(long octets) => TryPromise(octets, octets);

    /// <summary>
    /// Promises the first octets of a message, if there is room for all that it is said to have. The rest is promised
    /// as it comes: what is only declared takes no space from those who send.
    /// </summary>
    public bool TryPromise(long octets, long declared)
    {
        if (declared - octets <= Now - _margin - Interlocked.Add(ref _promised, octets))
            return true;
        Release(octets);
        // A message that is too large for what there is does not make the disk full.
        if (Now - _margin < declared && declared <= SmallMessage)
            LogFull();
        return false;
    }

    /// <summary>There is room for so much, as far as can be told now.</summary>
    public bool HasRoomFor(long octets) => octets <= Now - _margin - Interlocked.Read(ref _promised);

    public void Release(long octets) => Interlocked.Add(ref _promised, -octets);

    /// <summary>The log's last word is that the disk is full.</summary>
    public bool IsLoggedFull => Volatile.Read(ref _isLoggedFull) != 0;

    /// <summary>A message was refused, or the reserve was needed, for want of space.</summary>
    public void LogFull()
    {
        if (!IsLoggedFull && Interlocked.Exchange(ref _isLoggedFull, 1) == 0)
            _log.Write(LogLevel.Warning, "spool",
                $"{_path}: the disk is full ({_disk.FreeSpace(_path)} octets free); "
                + "messages are refused until there is space");
    }

    /// <summary>Messages can be written again. It takes a quarter of the margin more than they need, so that the log
    /// does not swing.</summary>
    public void LogSpaceAgain()
    {
        long needed = _margin + _margin / 4;
        // Not the number of a while ago, when there may have been more.
        long free = _disk.FreeSpace(_path);
        if (free - Interlocked.Read(ref _promised) >= needed && Interlocked.Exchange(ref _isLoggedFull, 0) != 0)
            _log.Write(LogLevel.Warning, "spool",
                $"{_path}: the disk has space again ({free} octets free); messages are taken");
    }

    public long Measure()
    {
        long free = _disk.FreeSpace(_path);
        Interlocked.Exchange(ref _free, free);
        Interlocked.Exchange(ref _measuredAt, Environment.TickCount64);
        return free;
    }
}
