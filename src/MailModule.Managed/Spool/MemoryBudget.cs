namespace MailModule.Spool;

/// <summary>Bounds what all messages together keep in memory until they are delivered. Any thread.</summary>
internal sealed class MemoryBudget(long limit)
{
    private long _used;

    public bool TryReserve(long octets)
    {
        if (Interlocked.Add(ref _used, octets) <= limit)
            return true;
        Interlocked.Add(ref _used, -octets);
        return false;
    }

    public void Release(long octets) => Interlocked.Add(ref _used, -octets);
}
