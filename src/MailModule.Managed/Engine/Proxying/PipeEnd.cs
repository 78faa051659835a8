using MailModule.Transport;

namespace MailModule.Engine.Proxying;

/// <summary>
/// One end of a pipe between two connections: what this end gives, the other takes. So much is under way each way and
/// no more; who has more to give waits until there is room, without a thread. Each end belongs to its connection's
/// session; the lock is the pipe's, and no connection is called under it.
/// </summary>
/// <remarks>
/// A connection that waits (<see cref="Next.Wait"/>) takes no other event, so it is resumed by whatever the other end
/// does: it takes, gives, or ends. One that does not wait is woken by what is given and by the end.
/// </remarks>
internal sealed class PipeEnd
{
    /// <summary>Octets on their way in one direction.</summary>
    public const int Capacity = 64 * 1024;

    private readonly Lock _lock;
    private PipeEnd _other;
    private PooledBuffer _incoming;
    private Connection? _connection;
    private bool _waits;
    private bool _hasEnded;
    private bool _mayWait = true;

    private PipeEnd(Lock shared) => (_lock, _other) = (shared, this);

    public static (PipeEnd Client, PipeEnd Server) NewPipe()
    {
        var shared = new Lock();
        (PipeEnd client, PipeEnd server) = (new PipeEnd(shared), new PipeEnd(shared));
        (client._other, server._other) = (server, client);
        return (client, server);
    }

    /// <summary>
    /// The connection whose session has this end, from the moment on in which it can be woken. What was given before is
    /// there at its first look.
    /// </summary>
    public void Attach(Connection connection)
    {
        lock (_lock)
            _connection = connection;
    }

    /// <summary>Room for what is given now.</summary>
    public int Room
    {
        get
        {
            lock (_lock)
                return _other._hasEnded ? 0 : Capacity - _other._incoming.Length;
        }
    }

    /// <summary>The other end is over, and what it gave is taken.</summary>
    public bool IsOver
    {
        get
        {
            lock (_lock)
                return _other._hasEnded && _incoming.Length == 0;
        }
    }

    /// <summary>There is something to take.</summary>
    public bool HasIncoming
    {
        get
        {
            lock (_lock)
                return _incoming.Length > 0;
        }
    }

    /// <summary>Gives to the other end; not more than the room.</summary>
    public void Give(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
            return;
        lock (_lock)
        {
            if (_other._hasEnded)
                return;
            _other._incoming.Append(octets);
        }
        _other.Notify(isNews: true);
    }

    /// <summary>Takes all that the other end has given.</summary>
    /// <returns>Octets taken.</returns>
    public int Take(Output output, int atMost)
    {
        int count;
        lock (_lock)
        {
            count = Math.Min(atMost, _incoming.Length);
            output.Write(_incoming.Span[..count]);
            _incoming.Consume(count);
        }
        if (count > 0)
            _other.Notify(isNews: false);
        return count;
    }

    /// <summary>
    /// For a session that is about to answer <see cref="Next.Wait"/>. False: there is room for so many octets, or
    /// something to take, or an end, by now; it looks again.
    /// </summary>
    public bool TryWait(int wanted)
    {
        lock (_lock)
        {
            bool isRoom = Capacity - _other._incoming.Length >= wanted;
            _waits = !isRoom && _incoming.Length == 0 && !_other._hasEnded && _mayWait;
            return _waits;
        }
    }

    /// <summary>False: the server stops, and this end is not to wait.</summary>
    public bool MayWait
    {
        get
        {
            lock (_lock)
                return _mayWait;
        }
    }

    /// <summary>This end waits no more: the server stops.</summary>
    public void EndWait()
    {
        lock (_lock)
            _mayWait = false;
        Notify(isNews: false);
    }

    /// <summary>
    /// The connection is gone, or will never be there. The other end takes what is there, and closes.
    /// </summary>
    public void End()
    {
        lock (_lock)
        {
            if (_hasEnded)
                return;
            _hasEnded = true;
            _incoming.Clear();
        }
        _other.Notify(isNews: true);
    }

    private void Notify(bool isNews)
    {
        Connection? connection;
        bool waits;
        lock (_lock)
        {
            (connection, waits) = (_connection, _waits);
            _waits = false;
        }
        if (waits)
            connection?.Resume();
        else if (isNews)
            connection?.Wake();
    }
}
