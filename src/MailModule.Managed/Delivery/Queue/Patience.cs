namespace MailModule.Delivery.Queue;

/// <summary>
/// How long a look-up or a host that is not ready is waited for while others wait for a run of its kind: RFC 5321
/// §4.5.3.2 asks for five minutes, and nobody has to be kept waiting for that by hosts that do not answer. Where there
/// is room, attempts take all the time that the protocol gives them. Guarded by the table's lock.
/// </summary>
internal sealed class Patience(RunLimits limits, ConnectionLines lines)
{
    private static readonly TimeSpan UnderPressure = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LogPeriod = TimeSpan.FromMinutes(1);

    private DateTimeOffset _lastLogged;

    /// <summary>Somebody waited when <see cref="PressureBegins"/> was asked last.</summary>
    public bool IsKeepingTime { get; private set; }

    /// <summary>Somebody waits for a run that silent hosts may hold.</summary>
    public bool IsUnderPressure
    {
        get
        {
            for (int i = 0; i < RunKind.Count; i++)
                if (lines.IsWaiting(RunKind.At(i)) && !limits.HasRoom(RunKind.At(i)))
                    return true;
            return false;
        }
    }

    /// <summary>Whether somebody waits now for whom the time is to be kept; true once each time.</summary>
    /// <param name="time">Read if it is so, since this is asked with every message.</param>
    /// <param name="line">For the log; null: it was told lately.</param>
    public bool PressureBegins(TimeProvider time, out string? line)
    {
        line = null;
        bool wasKeepingTime = IsKeepingTime;
        IsKeepingTime = IsUnderPressure;
        if (wasKeepingTime || !IsKeepingTime)
            return false;
        DateTimeOffset now = time.GetUtcNow();
        if ((now - _lastLogged).Duration() < LogPeriod)
            return true;
        _lastLogged = now;
        line = $"mail waits for a run: what does not answer gets {UnderPressure.TotalSeconds:0} s meanwhile";
        return true;
    }

    /// <summary>When one of the attempts may have been waited for long enough; null: nobody waits.</summary>
    public DateTimeOffset? NextDue(HashSet<QueueAttempt> attempts, DateTimeOffset now)
    {
        if (!IsUnderPressure)
            return null;
        DateTimeOffset first = now;
        foreach (QueueAttempt attempt in attempts)
            if (attempt.Began < first && IsInTheWay(attempt))
                first = attempt.Began;
        return first + UnderPressure;
    }

    /// <summary>Those that have been waited for long enough.</summary>
    public List<QueueAttempt> Overdue(HashSet<QueueAttempt> attempts, DateTimeOffset now)
    {
        List<QueueAttempt> overdue = [];
        if (!IsUnderPressure)
            return overdue;
        foreach (QueueAttempt attempt in attempts)
            if (now - attempt.Began >= UnderPressure && IsInTheWay(attempt))
                overdue.Add(attempt);
        return overdue;
    }

    private bool IsInTheWay(QueueAttempt attempt)
    {
        if (!attempt.IsWaiting)
            return false;
        RunShares shares = attempt.IsLookingUp ? limits.LookUps : limits.Connections;
        for (int i = 0; i < RunKind.Count; i++)
        {
            RunKind kind = RunKind.At(i);
            if (lines.IsWaiting(kind) && !shares.HasRoom(kind) && attempt.Kind.MakesRoomFor(kind))
                return true;
        }
        return false;
    }
}
