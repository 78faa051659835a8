using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// Where the system has epoll: one thread for all sockets, which tells each link that it has become readable or that
/// there is room, and serves its connection right there. The platform's socket engine would try each receive once in
/// vain before it waits; here the owner reads when there is something to read.
/// </summary>
internal sealed class Poller
{
    private static readonly Lazy<Poller?> s_shared = new(TryCreate);
    private readonly Lock _lock = new();
    private readonly Epoll _epoll;
    private volatile PolledSocketLink?[] _links = new PolledSocketLink?[64];
    private uint _serial;

    private Poller(Epoll epoll) => _epoll = epoll;

    /// <summary>The one of the process; null where there is no epoll: the socket engine does its work then.</summary>
    public static Poller? Shared => s_shared.Value;

    /// <summary>The link's first event comes at once, and starts it. False if the system refuses.</summary>
    public bool TryAdd(PolledSocketLink link)
    {
        nint descriptor = link.Descriptor;
        ulong tag;
        lock (_lock)
        {
            tag = ((ulong)++_serial << 32) | (uint)descriptor;
            link.PollTag = tag;
            PolledSocketLink?[] links = _links;
            if (descriptor >= links.Length)
            {
                Array.Resize(ref links, (int)Math.Max(descriptor + 1, links.Length * 2L));
                _links = links;
            }
            Volatile.Write(ref links[descriptor], link);
        }
        if (_epoll.TryAdd(descriptor, tag))
            return true;
        RemoveEntry(link, descriptor);
        return false;
    }

    /// <summary>Before the descriptor is closed. An event may still be under way.</summary>
    public void Remove(PolledSocketLink link)
    {
        nint descriptor = link.Descriptor;
        _epoll.Remove(descriptor);
        RemoveEntry(link, descriptor);
    }

    private static Poller? TryCreate()
    {
        if (Epoll.TryCreate() is not { } epoll)
            return null;
        var poller = new Poller(epoll);
        var thread = new Thread(poller.Loop) { IsBackground = true };
        try
        {
            Signals.WithAllBlocked(thread.UnsafeStart);
            return poller;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            epoll.Dispose();
            return null;
        }
    }

    private void RemoveEntry(PolledSocketLink link, nint descriptor)
    {
        lock (_lock)
            if (descriptor < _links.Length && _links[descriptor] == link)
                Volatile.Write(ref _links[descriptor], null);
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
        Signals.BlockAll();
        ThreadName.Set("mailmodule-io");
        Workers.BeginBatches();
        while (true)
        {
            int count = WaitForEvents();
            for (int i = 0; i < count; i++)
            {
                EpollEvent one = _epoll.EventAt(i);
                // The descriptor may be another link's by now: the tag says so.
                if (Volatile.Read(ref _links[(uint)one.Tag]) is { } link && link.PollTag == one.Tag)
                    link.OnReadiness(one.IsReadable, one.IsWritable, one.IsAtEnd);
            }
            Workers.WakeForBatch();
        }
    }
}
