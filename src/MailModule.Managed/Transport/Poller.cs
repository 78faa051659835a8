using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// Where the system has epoll: one thread for many sockets, which tells each that it has become readable or that there
/// is room, and does what follows right there. The platform's socket engine would try each receive once in vain before
/// it waits; here the owner reads when there is something to read.
/// </summary>
internal sealed class Poller
{
    private static readonly Lock s_starting = new();
    private static Poller? s_sessions;
    private static Poller? s_arrivals;

    private readonly Lock _lock = new();
    private readonly Epoll _epoll;
    private volatile IPolled?[] _links = new IPolled?[64];
    private uint _serial;

    private Poller(Epoll epoll) => _epoll = epoll;

    /// <summary>
    /// For connections and their sessions (mailmodule-io); null where there is no epoll: the platform's socket engine
    /// does its work then.
    /// </summary>
    public static Poller? Sessions => TryStart() ? s_sessions : null;

    /// <summary>
    /// For what is no connection yet, or no session's: listening, connecting, questions to DNS servers
    /// (mailmodule-net). Null as <see cref="Sessions"/>.
    /// </summary>
    public static Poller? Arrivals => TryStart() ? s_arrivals : null;

    /// <summary>
    /// Starts both, if they do not run yet. False: there is no epoll, or the system does not give a thread or a
    /// descriptor; a later call tries again.
    /// </summary>
    public static bool TryStart()
    {
        if (Volatile.Read(ref s_arrivals) is not null)
            return true;
        lock (s_starting)
        {
            s_sessions ??= TryCreate("mailmodule-io");
            if (s_sessions is not null)
                Volatile.Write(ref s_arrivals, s_arrivals ?? TryCreate("mailmodule-net"));
            return s_arrivals is not null;
        }
    }

    /// <summary>The link's first event comes at once, and starts it. False if the system refuses.</summary>
    public bool TryAdd(IPolled link)
    {
        nint descriptor = link.Descriptor;
        ulong tag;
        lock (_lock)
        {
            tag = ((ulong)++_serial << 32) | (uint)descriptor;
            link.PollTag = tag;
            IPolled?[] links = _links;
            if (descriptor >= links.Length)
            {
                Array.Resize(ref links, (int)Math.Max(descriptor + 1, links.Length * 2L));
                _links = links;
            }
            Volatile.Write(ref links[descriptor], link);
        }
        if (_epoll.TryAdd(descriptor, tag))
            return true;
        lock (_lock)
            TryRemoveEntry(link, descriptor);
        return false;
    }

    /// <summary>
    /// Before the descriptor is closed; again it does nothing, whosever the descriptor is by then. An event may still
    /// be under way.
    /// </summary>
    public void Remove(IPolled link)
    {
        nint descriptor = link.Descriptor;
        lock (_lock)
            if (TryRemoveEntry(link, descriptor))
                _epoll.Remove(descriptor);
    }

    private static Poller? TryCreate(string name)
    {
        if (Epoll.TryCreate() is not { } epoll)
            return null;
        var poller = new Poller(epoll);
        if (OwnThread.TryStart(name, poller.Loop) is not null)
            return poller;
        epoll.Dispose();
        return null;
    }

    // With the lock held. False: the entry is another's.
    private bool TryRemoveEntry(IPolled link, nint descriptor)
    {
        if (descriptor >= _links.Length || _links[descriptor] != link)
            return false;
        Volatile.Write(ref _links[descriptor], null);
        return true;
    }

    /// <summary>
    /// A thread that sleeps has to be woken, which may cost more than the message it is woken for. So the I/O thread
    /// yields and polls once more before it sleeps; polling more often gained nothing.
    /// </summary>
    private int WaitForEvents()
    {
        Thread.Yield();
        int count = _epoll.Poll();
        return count > 0 ? count : _epoll.Wait();
    }

    private void Loop()
    {
        Workers.BeginBatches();
        while (true)
        {
            int count = WaitForEvents();
            for (int i = 0; i < count; i++)
                Tell(_epoll.EventAt(i));
            WakeWorkers();
        }
    }

    private static void WakeWorkers()
    {
        try
        {
            Workers.WakeForBatch();
        }
        catch (OutOfMemoryException)
        {
            // The jobs are queued: the next turn, or a worker that ends one, wakes for them.
        }
    }

    private void Tell(EpollEvent one)
    {
        // The descriptor may be another link's by now: the tag says so.
        if (Volatile.Read(ref _links[(uint)one.Tag]) is not { } link || link.PollTag != one.Tag)
            return;
        try
        {
            if (one.IsBroken)
                link.OnBroken();
            link.OnReadiness(one.IsReadable, one.IsWritable, one.IsAtEnd);
        }
        catch (Exception)
        {
            // For want of memory: its deadline ends what has missed this event. All others go on.
        }
    }
}
