using MailModule.Smtp.Client;

namespace MailModule.Delivery.Remote;

/// <summary>
/// The owner's side of the attempts to bring recipients to one next hop, whoever the owner is: begins an attempt,
/// cancels it, and knows which transactions are handed out and without a result. Any thread.
/// </summary>
/// <typeparam name="T">The owner's recipients that go in one transaction.</typeparam>
/// <param name="newTransaction">What a session is given for them.</param>
internal sealed class Transfer<T>(
    IRemoteDelivery remoteDelivery, string nextHop, Func<T, SmtpClientTransaction> newTransaction)
    where T : class
{
    private readonly Lock _lock = new();

    // Two at most, for the session may ask for the next before the last is answered.
    private readonly List<(T Members, SmtpClientTransaction? Transaction)> _underWay = new(2);
    private IDeliveryAttempt? _attempt;
    private int _attempts;
    private bool _isCancelled;

    /// <summary>Transactions that are handed out and without a result yet.</summary>
    public int UnderWay
    {
        get
        {
            lock (_lock)
                return _underWay.Count;
        }
    }

    /// <summary>Begins an attempt, when the one before has ended. Its owner may hear of it at once.</summary>
    public void Begin(IAttemptOwner owner)
    {
        int number;
        lock (_lock)
            number = ++_attempts;
        IDeliveryAttempt attempt = remoteDelivery.Begin(nextHop, owner);
        bool isLate;
        lock (_lock)
        {
            // It may have ended, and the next have begun, before this thread comes here.
            if (number == _attempts)
                _attempt = attempt;
            isLate = _isCancelled;
        }
        if (isLate)
            attempt.Cancel();
    }

    /// <summary>Cuts the attempt under way, and each that begins from now on.</summary>
    public void Cancel()
    {
        IDeliveryAttempt? attempt;
        lock (_lock)
        {
            _isCancelled = true;
            attempt = _attempt;
        }
        attempt?.Cancel();
    }

    /// <inheritdoc cref="IDeliveryAttempt.GiveUpWaiting"/>
    public void GiveUpWaiting()
    {
        IDeliveryAttempt? attempt;
        lock (_lock)
            attempt = _attempt;
        attempt?.GiveUpWaiting();
    }

    /// <summary>
    /// A transaction for the attempt. Its members are under way before it is made: whatever fails from there on,
    /// <see cref="TakeBackAny"/> brings them back when the attempt has ended.
    /// </summary>
    public SmtpClientTransaction HandOut(T members)
    {
        lock (_lock)
            _underWay.Add((members, null));
        SmtpClientTransaction transaction = newTransaction(members);
        lock (_lock)
            _underWay[^1] = (members, transaction); // calls of one attempt never overlap
        return transaction;
    }

    /// <summary>The transaction has its results, or has come back untried.</summary>
    public T TakeBack(SmtpClientTransaction transaction)
    {
        lock (_lock)
            return RemoveAt(IndexOf(transaction));
    }

    /// <summary>One of those that the end of an attempt finds under way; null if there is none.</summary>
    public T? TakeBackAny()
    {
        lock (_lock)
            return _underWay.Count == 0 ? null : RemoveAt(0);
    }

    /// <summary>For whom the transaction is, which is under way.</summary>
    public T MembersOf(SmtpClientTransaction transaction)
    {
        lock (_lock)
            return _underWay[IndexOf(transaction)].Members;
    }

    private int IndexOf(SmtpClientTransaction transaction)
        => _underWay.FindIndex(one => one.Transaction == transaction);

    private T RemoveAt(int index)
    {
        T members = _underWay[index].Members;
        _underWay.RemoveAt(index);
        return members;
    }
}
