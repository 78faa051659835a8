using MailModule.Primitives.Os;

namespace MailModule.Spool;

/// <summary>
/// What waits for the committer: many threads push, it alone takes all at once. A thread that pushes wakes it only if
/// it sleeps, and if it waits for several, only when they are there; marks wake it only after a rest, or if they are to
/// be written soon.
/// </summary>
internal sealed class LogRequestQueue
{
    private readonly Parker _parker = new();
    private LogRequest? _last;
    private SpoolEntry? _lastMarked;
    private int _hasSoonMarks;
    private int _sleep;
    private int _count;
    private int _wanted;

    private enum Sleep
    {
        None,
        UntilEnoughAreThere,
        UntilSomethingComes,
        UntilMarksAreSoon,
        Long,
    }

    /// <summary>About how many requests were pushed and not drained yet.</summary>
    public int Count => Volatile.Read(ref _count);

    public bool HasMarks => Volatile.Read(ref _lastMarked) is not null;

    /// <summary>Some of the marks are to be written at once.</summary>
    public bool HasSoonMarks => Volatile.Read(ref _hasSoonMarks) != 0;

    public void Push(LogRequest request)
    {
        LogRequest? last;
        do
        {
            last = Volatile.Read(ref _last);
            request.Next = last;
        }
        while (Interlocked.CompareExchange(ref _last, request, last) != last);
        int count = Interlocked.Increment(ref _count);
        if (Volatile.Read(ref _sleep) != (int)Sleep.UntilEnoughAreThere || count >= Volatile.Read(ref _wanted))
            Wake();
    }

    public void PushMarked(SpoolEntry entry)
    {
        SpoolEntry? last;
        do
        {
            last = Volatile.Read(ref _lastMarked);
            entry.NextMarked = last;
        }
        while (Interlocked.CompareExchange(ref _lastMarked, entry, last) != last);
        if (Volatile.Read(ref _sleep) == (int)Sleep.Long)
            Wake();
    }

    /// <summary>Marks that were pushed are to be written at once.</summary>
    public void WriteMarksSoon()
    {
        if (Volatile.Read(ref _hasSoonMarks) == 0)
            Interlocked.Exchange(ref _hasSoonMarks, 1);
        if (Volatile.Read(ref _sleep) >= (int)Sleep.UntilMarksAreSoon)
            Wake();
    }

    public void Wake()
    {
        if (Volatile.Read(ref _sleep) != (int)Sleep.None
            && Interlocked.Exchange(ref _sleep, (int)Sleep.None) != (int)Sleep.None)
            _parker.Unpark();
    }

    /// <summary>All that was pushed, in its order.</summary>
    public void Drain(List<LogRequest> requests)
    {
        int start = requests.Count;
        for (LogRequest? one = Interlocked.Exchange(ref _last, null); one is not null; one = one.Next)
            requests.Add(one);
        requests.Reverse(start, requests.Count - start);
        Interlocked.Add(ref _count, start - requests.Count);
    }

    // In this order: marks that become urgent after the first step are seen as such, at the latest the next time.
    public SpoolEntry? DrainMarked()
    {
        Interlocked.Exchange(ref _hasSoonMarks, 0);
        return Interlocked.Exchange(ref _lastMarked, null);
    }

    /// <summary>Sleeps until so many are there, or the time is up.</summary>
    public void WaitFor(int count, TimeSpan longest, Func<bool> isInterrupted)
    {
        Volatile.Write(ref _wanted, count);
        Interlocked.Exchange(ref _sleep, (int)Sleep.UntilEnoughAreThere);
        if (Count < count && !isInterrupted())
            _parker.Park(longest);
        Interlocked.Exchange(ref _sleep, (int)Sleep.None);
    }

    /// <summary>Sleeps until a message or another request comes, or a mark that is to be written soon; false if the
    /// time was up.</summary>
    /// <param name="longest">How long at most; null: without an end.</param>
    /// <param name="marksToo">Any mark or note wakes it.</param>
    /// <param name="isInterrupted">Looked at once more before going to sleep.</param>
    public bool Wait(TimeSpan? longest, bool marksToo, Func<bool> isInterrupted)
    {
        Interlocked.Exchange(ref _sleep, (int)(marksToo ? Sleep.Long : Sleep.UntilMarksAreSoon));
        bool hasWork = Volatile.Read(ref _last) is not null || HasSoonMarks || (marksToo && HasMarks)
            || isInterrupted();
        return Park(hasWork, longest);
    }

    /// <summary>Sleeps until a message or another request comes, or the time is up; marks wait, soon or not.</summary>
    public void WaitForMessages(TimeSpan longest, Func<bool> isInterrupted)
    {
        Interlocked.Exchange(ref _sleep, (int)Sleep.UntilSomethingComes);
        Park(Volatile.Read(ref _last) is not null || isInterrupted(), longest);
    }

    private bool Park(bool hasWork, TimeSpan? rest)
    {
        bool woken = hasWork || _parker.Park(rest);
        Interlocked.Exchange(ref _sleep, (int)Sleep.None);
        return woken;
    }
}
