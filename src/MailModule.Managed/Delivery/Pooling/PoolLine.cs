namespace MailModule.Delivery.Pooling;

/// <summary>The clients and connections of one key, in the order of arrival. Under the pool's lock.</summary>
internal sealed class PoolLine(PoolKey key)
{
    private readonly LinkedList<PoolClient> _waiting = new();
    private readonly List<PoolRun> _idle = [];

    /// <summary>Connections that the destination has let us have, where it refused one more.</summary>
    private int _granted = int.MaxValue;

    public PoolKey Key => key;

    /// <summary>Connections that are being made, work, idle or end.</summary>
    public int Runs { get; private set; }

    public int Waiting => _waiting.Count;

    /// <summary>Connections that will have no client in a moment.</summary>
    public int FreeSoon { get; private set; }

    public bool IsEmpty => Runs == 0 && _waiting.Count == 0;

    public IReadOnlyList<PoolRun> Idle => _idle;

    /// <summary>The client is at the end of the line, or, where it had been served before, at its front.</summary>
    public void Enter(PoolClient client, bool isBack = false)
    {
        client.State = ClientState.Waiting;
        client.Line = this;
        client.Run = null;
        client.LoseConnection();
        if (isBack)
            _waiting.AddFirst(client);
        else
            _waiting.AddLast(client);
    }

    public void Leave(PoolClient client)
    {
        _waiting.Remove(client);
        client.Line = null;
    }

    public bool TryTakeFirst(out PoolClient? client)
    {
        client = _waiting.First?.Value;
        if (client is not null)
            Leave(client);
        return client is not null;
    }

    /// <summary>Takes out those that arrived up to a number.</summary>
    public List<PoolClient> TakeUpTo(long number)
    {
        List<PoolClient> taken = [.. _waiting.Where(client => client.Number <= number)];
        foreach (PoolClient client in taken)
            Leave(client);
        return taken;
    }

    public bool MayAdd(int limit) => Runs < Math.Min(limit, _granted);

    public void Add() => Runs++;

    public void Remove(PoolRun run)
    {
        Runs--;
        _idle.Remove(run);
        if (run.Messages > 0 && _granted < int.MaxValue)
            _granted++; // one more may be tried
    }

    public void SetFreeSoon(PoolRun run, bool isFreeSoon)
    {
        FreeSoon += (isFreeSoon ? 1 : 0) - (run.IsFreeSoon ? 1 : 0);
        run.IsFreeSoon = isFreeSoon;
    }

    /// <summary>A connection was refused while there are others: no more than these are made, for now.</summary>
    public void KeepTo(int granted) => _granted = granted;

    public void Park(PoolRun run) => _idle.Add(run);

    public bool Unpark(PoolRun run) => _idle.Remove(run);

    /// <summary>The one that has idled for the shortest time, for servers close those that idle long.</summary>
    public bool TryTakeIdle(out PoolRun? run)
    {
        run = _idle.Count > 0 ? _idle[^1] : null;
        return run is not null && Unpark(run);
    }
}
