using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// Hands entries to the consumers of their recipients: those that were found, when the consumers are there; each new
/// one when it is durable; one that was given back when its time has come. On the committer's thread, but for
/// <see cref="Start"/> and <see cref="GiveBack"/>.
/// </summary>
/// <param name="found">Handed over, and then not kept.</param>
internal sealed class EntryHandover(SpoolOptions options, IReadOnlyList<SpoolEntry> found)
{
    /// <summary>How long the next entry waits for a consumer that is behind.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(20);

    /// <summary>The clock may be turned meanwhile.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<(ISpoolConsumer Consumer, SpoolEntry Entry), DateTimeOffset> _givenBack = new();
    private readonly Dictionary<(ISpoolConsumer Consumer, string Id), SpoolEntry> _held = [];
    private readonly ManualResetEventSlim _hasGotOn = new();
    private List<(SpoolEntry Entry, bool IsNew)> _waiting = [.. found.Select(entry => (entry, false))];
    private ISpoolConsumer? _local;
    private ISpoolConsumer? _remote;
    private volatile bool _isStarted;
    private volatile bool _hasNews;
    private Action? _resume;

    /// <summary>Something was given back since <see cref="LookForDue"/> or <see cref="HandOutDue"/> last
    /// looked.</summary>
    public bool HasNews => _hasNews;

    /// <summary>Until the first of what was given back is due; null if there is none.</summary>
    public TimeSpan? LookForDue()
    {
        _hasNews = false;
        lock (_lock)
        {
            if (!_givenBack.TryPeek(out _, out DateTimeOffset due))
                return null;
            TimeSpan rest = due - options.Time.GetUtcNow();
            return rest > LongestRest ? LongestRest : rest < TimeSpan.Zero ? TimeSpan.Zero : rest;
        }
    }

    /// <inheritdoc cref="ISpool.Start"/>
    public void Start(ISpoolConsumer? local, ISpoolConsumer? remote)
    {
        (_local, _remote) = (local, remote);
        // The committer goes on: what becomes durable meanwhile is handed over here too, so that the order stays.
        while (TakeWaiting() is { Count: > 0 } waiting)
            foreach ((SpoolEntry entry, bool isNew) in waiting)
                Offer(entry, isNew);
    }

    /// <inheritdoc cref="ISpool.GiveBack"/>
    public void GiveBack(ISpoolConsumer consumer, SpoolEntry entry, DateTimeOffset notBefore)
    {
        lock (_lock)
        {
            _givenBack.Enqueue((consumer, entry), notBefore);
            _held[(consumer, entry.Id)] = entry;
        }
        _hasNews = true;
    }

    /// <inheritdoc cref="ISpool.HeldFor"/>
    public IReadOnlyList<SpoolEntry> HeldFor(ISpoolConsumer consumer)
    {
        lock (_lock)
            return [.. _held.Where(one => one.Key.Consumer == consumer).Select(one => one.Value).Where(entry
                => IsFor(entry, isLocal: consumer == _local))];
    }

    /// <inheritdoc cref="ISpool.FindHeld"/>
    public SpoolEntry? FindHeld(ISpoolConsumer consumer, string id)
    {
        lock (_lock)
            return _held.TryGetValue((consumer, id), out SpoolEntry? entry)
                && IsFor(entry, isLocal: consumer == _local) ? entry : null;
    }

    /// <summary>Hands over an entry that has become durable.</summary>
    public void HandOut(SpoolEntry entry)
    {
        if (_isStarted || !TryLetWait(entry))
            Offer(entry, isNew: true);
    }

    /// <summary>
    /// Hands over what was given back, as far as its time has come and its consumer gets on; the rest when this is
    /// called next, so that commits go on between.
    /// </summary>
    public void HandOutDue()
    {
        _hasNews = false;
        // Not what is given back meanwhile: else a consumer that takes nothing would hold up the log.
        for (int left = CountGivenBack(); left > 0 && TryTakeDue(out var consumer, out SpoolEntry entry); left--)
            if (IsFor(entry, isLocal: consumer == _local) && !Offer(consumer, entry, isNew: false))
            {
                _hasNews = true;
                return;
            }
    }

    private int CountGivenBack()
    {
        lock (_lock)
            return _givenBack.Count;
    }

    private List<(SpoolEntry Entry, bool IsNew)> TakeWaiting()
    {
        lock (_lock)
        {
            List<(SpoolEntry Entry, bool IsNew)> waiting = _waiting;
            _waiting = [];
            _isStarted = waiting.Count == 0;
            return waiting;
        }
    }

    private bool TryLetWait(SpoolEntry entry)
    {
        lock (_lock)
        {
            if (!_isStarted)
                _waiting.Add((entry, true));
            return !_isStarted;
        }
    }

    private bool TryTakeDue(out ISpoolConsumer consumer, out SpoolEntry entry)
    {
        (consumer, entry) = (null!, null!);
        lock (_lock)
        {
            if (!_givenBack.TryPeek(out (ISpoolConsumer, SpoolEntry) first, out DateTimeOffset due)
                || due > options.Time.GetUtcNow())
                return false;
            _givenBack.Dequeue();
            (consumer, entry) = first;
            _held.Remove((consumer, entry.Id));
            return true;
        }
    }

    private void Offer(SpoolEntry entry, bool isNew)
    {
        if (_local is { } local && IsFor(entry, isLocal: true) && !IsHeld(entry, local))
            Offer(local, entry, isNew);
        if (_remote is { } remote && IsFor(entry, isLocal: false))
            Offer(remote, entry, isNew);
    }

    // RFC 4865: for mailboxes it waits here. What goes to other hosts waits in the queue, where operators see it.
    private bool IsHeld(SpoolEntry entry, ISpoolConsumer local)
    {
        if (entry.Envelope.Hold is null || entry.Envelope.Release <= options.Time.GetUtcNow())
            return false;
        GiveBack(local, entry, entry.Envelope.Release);
        return true;
    }

    private static bool IsFor(SpoolEntry entry, bool isLocal)
    {
        for (int i = 0; i < entry.Envelope.Recipients.Count; i++)
            if (entry.Envelope.Recipients[i].Maildrop is not null == isLocal && !entry.IsDone(i))
                return true;
        return false;
    }

    // A fault in a consumer must not end the thread. False: the consumer is behind, and this has waited for it.
    private bool Offer(ISpoolConsumer consumer, SpoolEntry entry, bool isNew)
    {
        try
        {
            if (_hasGotOn.IsSet)
                _hasGotOn.Reset();
            if (consumer.Take(entry, isNew, _resume ??= _hasGotOn.Set))
                return true;
            _hasGotOn.Wait(LongestWait);
            return false;
        }
        catch (Exception exception)
        {
            options.Log.Write(LogLevel.Error, "spool", $"the consumer failed for {entry.Id}: {exception}");
            return true;
        }
    }
}
