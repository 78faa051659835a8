using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Delivery;

/// <summary>A spool looked over the shoulder: what came in, and when something was marked.</summary>
internal sealed class WatchedSpool : ISpool
{
    private readonly object _lock = new();
    private readonly List<ISpoolEntry> _entries = [];

    public ISpool Inner { get; set; } = null!;

    /// <summary>Asked before each new message; a fault refuses it.</summary>
    public Func<Envelope, Fault> Refusal { get; set; } = _ => Fault.None;

    public IReadOnlyList<ISpoolEntry> Entries
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    /// <summary>Entries for other hosts are only collected.</summary>
    public void Start(ISpoolConsumer? local, ISpoolConsumer? remote)
        => Inner.Start(new Watch(this, local!), new Watch(this, null));

    public void GiveBack(ISpoolConsumer consumer, ISpoolEntry entry, DateTimeOffset notBefore)
        => throw new NotSupportedException();

    public Fault TryBegin(Envelope envelope, long expectedLength, out ISpoolWriter writer)
    {
        Fault fault = Refusal(envelope);
        if (fault == Fault.None)
            return Inner.TryBegin(envelope, expectedLength, out writer);
        writer = null!;
        Pulse();
        return fault;
    }

    public void MarkDone(ISpoolEntry entry, ReadOnlySpan<int> recipients, bool soon = false)
    {
        Inner.MarkDone(entry, recipients, soon);
        Pulse();
    }

    public void Annotate(ISpoolEntry entry, ReadOnlyMemory<byte> note) => Inner.Annotate(entry, note);

    public Fault Flush() => Inner.Flush();

    public void Dispose()
    {
    }

    /// <summary>Looks again whenever something happened here, and now and then.</summary>
    public bool WaitUntil(Func<bool> holds, Action hasten)
    {
        long deadline = Environment.TickCount64 + (long)LocalHost.Long.TotalMilliseconds;
        while (Environment.TickCount64 < deadline)
        {
            hasten();
            if (holds())
                return true;
            lock (_lock)
                Monitor.Wait(_lock, 50);
        }
        return holds();
    }

    private sealed class Watch(WatchedSpool spool, ISpoolConsumer? inner) : ISpoolConsumer
    {
        public bool Take(ISpoolEntry entry, bool isNew, Action resume)
        {
            lock (spool._lock)
                if (isNew && !spool._entries.Contains(entry))
                    spool._entries.Add(entry);
            bool wantsMore = inner?.Take(entry, isNew, resume) ?? true;
            spool.Pulse();
            return wantsMore;
        }
    }

    private void Pulse()
    {
        lock (_lock)
            Monitor.PulseAll(_lock);
    }
}
