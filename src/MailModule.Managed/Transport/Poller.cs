using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// Where the system has epoll: one thread for all plain connections, which tells each that it has become readable and
/// runs it right there. The platform's socket engine would try each receive once in vain before it waits, and keep a
/// buffer for it meanwhile; here the owner reads when there is something to read, into a buffer of the thread.
/// </summary>
internal sealed class Poller
{
    private static readonly Lazy<Poller?> s_shared = new(TryCreate);
    private readonly Lock _lock = new();
    private readonly Epoll _epoll;
    private volatile Connection?[] _connections = new Connection?[64];
    private uint _serial;

    private Poller(Epoll epoll) => _epoll = epoll;

    /// <summary>The one of the process; null where there is no epoll: the socket engine does its work then.</summary>
    public static Poller? Shared => s_shared.Value;

    /// <summary>The connection's first event comes at once, and starts it. False if the system refuses.</summary>
    public bool TryAdd(Connection connection)
    {
        nint descriptor = connection.Descriptor;
        ulong tag;
        lock (_lock)
        {
            tag = ((ulong)++_serial << 32) | (uint)descriptor;
            connection.PollTag = tag;
            Connection?[] connections = _connections;
            if (descriptor >= connections.Length)
            {
                Array.Resize(ref connections, (int)Math.Max(descriptor + 1, connections.Length * 2L));
                _connections = connections;
            }
            Volatile.Write(ref connections[descriptor], connection);
        }
        if (_epoll.TryAdd(descriptor, tag))
            return true;
        RemoveEntry(connection, descriptor);
        return false;
    }

    /// <summary>Before the descriptor is closed. An event may still be under way.</summary>
    public void Remove(Connection connection)
    {
        nint descriptor = connection.Descriptor;
        _epoll.Remove(descriptor);
        RemoveEntry(connection, descriptor);
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

    private void RemoveEntry(Connection connection, nint descriptor)
    {
        lock (_lock)
            if (_connections[descriptor] == connection)
                Volatile.Write(ref _connections[descriptor], null);
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
                ulong tag = _epoll.TagOf(i, out bool isReadable, out bool isAtEnd);
                // The descriptor may be another connection's by now: the tag says so.
                if (Volatile.Read(ref _connections[(uint)tag]) is { } connection && connection.PollTag == tag)
                    connection.OnReadiness(isReadable, isAtEnd);
            }
            Workers.WakeForBatch();
        }
    }
}
