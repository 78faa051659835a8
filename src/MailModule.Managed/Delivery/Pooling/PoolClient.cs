using MailModule.Delivery.Remote;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Pooling;

/// <summary>How far a client of a pool has come; only forward, but that a connection may be lost under it.</summary>
internal enum ClientState
{
    /// <summary>Where it belongs is not known yet.</summary>
    New,
    /// <summary>For a connection; no time runs against it.</summary>
    Waiting,
    /// <summary>It has one.</summary>
    Served,
    Ended,
}

/// <summary>
/// One owner's work for a connection of a pool: to the owner it is a delivery attempt like any other. What is not said
/// to be otherwise belongs to the pool's lock.
/// </summary>
internal sealed class PoolClient(ConnectionPool pool, IAttemptOwner owner, Func<PoolKey> findKey)
    : IDeliveryAttempt, IJob
{
    private volatile bool _wasReady;

    public IAttemptOwner Owner => owner;

    /// <summary>Any thread.</summary>
    public bool WasReady => _wasReady;

    public ClientState State { get; set; }
    public bool IsCancelled { get; set; }

    /// <summary>The order of arrival in the pool.</summary>
    public long Number { get; set; }

    /// <summary>Where it waits; null while it does not.</summary>
    public PoolLine? Line { get; set; }

    /// <summary>Its connection; null while it has none.</summary>
    public PoolRun? Run { get; set; }

    /// <summary>Begins; once.</summary>
    public void Start() => pool.Workers.Run(this);

    public void Cancel() => pool.Cancel(this);

    public void GiveUpWaiting() => pool.RunOf(this)?.GiveUpWaiting();

    /// <summary>The host of its connection is ready.</summary>
    public void BecomeReady() => _wasReady = true;

    /// <summary>It is back in the line, and as if it had had none.</summary>
    public void LoseConnection() => _wasReady = false;

    /// <summary>It has left the pool, and its owner hears that. Not under the lock.</summary>
    public void End(AttemptResult end) => owner.Ended(this, end);

    // An owner that never heard of the end would keep its work for ever.
    void IJob.Run()
    {
        PoolKey key;
        try
        {
            key = findKey();
        }
        catch (Exception e)
        {
            pool.Log.Write(LogLevel.Error, "send", $"a connection was not asked for: {e}");
            if (pool.TryRemove(this))
                End(ConnectionPool.NewEnd(Fault.Internal, "4.3.0", "a fault of this host"));
            return;
        }
        pool.Join(this, key);
    }
}
