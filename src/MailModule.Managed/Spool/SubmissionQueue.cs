namespace MailModule.Spool;

/// <summary>
/// What waits for the committer: many threads push, it alone takes all at once. A thread that pushes wakes it only if it sleeps; marks wake it only
/// if it sleeps without an end.
/// </summary>
internal sealed class SubmissionQueue : IDisposable
{
    private readonly AutoResetEvent _wake = new(false);
    private Submission? _last;
    private SpoolEntry? _lastMarked;
    private int _sleep;

    private enum Sleep
    {
        None,
        UntilMarksAreDue,
        Long,
    }

    public bool HasMarks => Volatile.Read(ref _lastMarked) is not null;

    public void Push(Submission submission)
    {
        Submission? last;
        do
        {
            last = Volatile.Read(ref _last);
            submission.Next = last;
        }
        while (Interlocked.CompareExchange(ref _last, submission, last) != last);
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

    public void Wake()
    {
        if (Volatile.Read(ref _sleep) != (int)Sleep.None && Interlocked.Exchange(ref _sleep, (int)Sleep.None) != (int)Sleep.None)
            _wake.Set();
    }

    /// <summary>All that was pushed, in its order.</summary>
    public void TakeAll(List<Submission> submissions)
    {
        int start = submissions.Count;
        for (Submission? one = Interlocked.Exchange(ref _last, null); one is not null; one = one.Next)
            submissions.Add(one);
        submissions.Reverse(start, submissions.Count - start);
    }

    public SpoolEntry? TakeMarked() => Interlocked.Exchange(ref _lastMarked, null);

    /// <summary>Sleeps until something comes; false if the time was up.</summary>
    /// <param name="rest">How long at most; null: until anything comes, marks too.</param>
    /// <param name="isStopping">Looked at once more before going to sleep.</param>
    public bool Wait(TimeSpan? rest, Func<bool> isStopping)
    {
        Interlocked.Exchange(ref _sleep, (int)(rest is null ? Sleep.Long : Sleep.UntilMarksAreDue));
        bool hasWork = Volatile.Read(ref _last) is not null || (rest is null && HasMarks) || isStopping();
        bool woken = hasWork || _wake.WaitOne(rest ?? Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _sleep, (int)Sleep.None);
        return woken;
    }

    public void Dispose() => _wake.Dispose();
}
