using MailModule.Delivery.Remote;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Pooling;

/// <summary>
/// One connection of a pool: hands out its client's transactions, then those of the next client. A client is served
/// alone: what cuts its connection cuts nothing of another's. What is not said to be otherwise is touched by the
/// attempt's calls alone, which never overlap.
/// </summary>
internal sealed class PoolRun : IAttemptOwner
{
    private readonly ConnectionPool _pool;
    private readonly DeliveryAttempt _attempt;
    private int _handedOut;

    /// <summary>The client that has heard of this connection.</summary>
    private PoolClient? _begun;
    private bool _isMade;
    private bool _isReused;
    private bool _isAnswered;

    public PoolRun(ConnectionPool pool, PoolLine line, long number)
    {
        _pool = pool;
        Line = line;
        Number = number;
        _attempt = pool.NewAttempt(line.Key, this);
    }

    public PoolLine Line { get; }

    /// <summary>Clients with a lower one arrived before it began.</summary>
    public long Number { get; }

    /// <summary>Changed under the pool's lock, by these calls or while the connection idles.</summary>
    public PoolClient? Client { get; set; }

    /// <summary>It serves no client more. Under the pool's lock.</summary>
    public bool IsRetired { get; set; }

    /// <summary>It has no client and may get one. Under the pool's lock.</summary>
    public bool IsIdle => IdleTimer is not null;

    /// <summary>It will have no client in a moment. Under the pool's lock.</summary>
    public bool IsFreeSoon { get; set; }

    /// <summary>Ends the idling; null while it does not idle. Under the pool's lock.</summary>
    public ITimer? IdleTimer { get; set; }

    /// <summary>Under the pool's lock.</summary>
    public bool WasReady { get; set; }

    /// <summary>Messages that came to an answer.</summary>
    public int Messages { get; private set; }

    /// <summary>
    /// The connection has served others, and nothing of the client's was answered on it: the server has closed what it
    /// thought nobody needs, which says nothing about the message.
    /// </summary>
    public bool IsUntried(PoolClient client) => WasReady && (client != _begun || (_isReused && !_isAnswered));

    /// <summary>
    /// Takes up its new client: makes the connection, or, where it idled, goes on with it. Any thread; not under the
    /// lock.
    /// </summary>
    public void Begin()
    {
        bool isMade = _isMade;
        _isMade = true; // first: it may idle, and be begun again, before the start has returned
        if (isMade)
            Wake();
        else
            _attempt.Start();
    }

    /// <summary>Any thread.</summary>
    public void Cancel() => _attempt.Cancel();

    /// <summary>Any thread.</summary>
    public void GiveUpWaiting() => _attempt.GiveUpWaiting();

    /// <summary>It idled, and is to look what there is to do now. Any thread; not under the lock.</summary>
    public void Wake() => _attempt.Wake();

    /// <summary>It has idled as long as it may. Any thread; does not wait.</summary>
    public void OnIdleLong() => _pool.OnIdleLong(this);

    void IAttemptOwner.LookingUp(IDeliveryAttempt attempt) => Client?.Owner.LookingUp(Client);

    void IAttemptOwner.Connecting(IDeliveryAttempt attempt) => Client?.Owner.Connecting(Client);

    void IAttemptOwner.Connected(IDeliveryAttempt attempt) => Client?.Owner.Connected(Client);

    void IAttemptOwner.NotReady(IDeliveryAttempt attempt, AttemptResult failure)
        => Client?.Owner.NotReady(Client, failure);

    void IAttemptOwner.Ready(IDeliveryAttempt attempt)
    {
        _pool.BecameReady(this);
        _begun = Client;
        Client?.BecomeReady();
        Client?.Owner.Ready(Client);
    }

    SmtpClientTransaction? IAttemptOwner.NextTransaction(IDeliveryAttempt attempt)
    {
        // One is under way: what begins behind it, before it is answered, is its client's too.
        if (_handedOut > 0)
            return HandOut();
        BeginReuse();
        while (Client is { } client)
        {
            if (HandOut() is { } next)
                return next;
            _pool.Release(this);
            client.End(ConnectionPool.Done);
            BeginReuse();
        }
        return null;
    }

    bool IAttemptOwner.Idles(IDeliveryAttempt attempt) => _pool.Idles(this);

    void IAttemptOwner.Sending(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
        => Client!.Owner.Sending(Client, transaction);

    bool IAttemptOwner.MayEnd(IDeliveryAttempt attempt, SmtpClientTransaction transaction, IEnumerable<int> open)
        => Client!.Owner.MayEnd(Client, transaction, open);

    void IAttemptOwner.Completed(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
    {
        _handedOut--;
        Messages++;
        _isAnswered = true;
        if (_handedOut == 0)
            _pool.Answered(this);
        Client!.Owner.Completed(Client, transaction);
    }

    void IAttemptOwner.Returned(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
    {
        _handedOut--;
        Client!.Owner.Returned(Client, transaction);
    }

    void IAttemptOwner.Ended(IDeliveryAttempt attempt, AttemptResult end) => _pool.Ended(this, end);

    private SmtpClientTransaction? HandOut()
    {
        SmtpClientTransaction? next = Client!.Owner.NextTransaction(Client);
        if (next is not null)
            _handedOut++;
        if (next is not null && IsFreeSoon)
            _pool.WantsMore(this);
        return next;
    }

    /// <summary>A client that has found the connection open hears what one does that makes it.</summary>
    private void BeginReuse()
    {
        if (Client is not { } client || client == _begun)
            return;
        _begun = client;
        _isReused = true;
        _isAnswered = false;
        client.BecomeReady();
        client.Owner.Connecting(client);
        client.Owner.Connected(client);
        client.Owner.Ready(client);
    }
}
