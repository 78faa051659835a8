using MailModule.Transport;
using MailModule.Transport.Dialing;

namespace MailModule.Delivery.Remote;

/// <summary>
/// What a cancel of a delivery attempt has to cut: at any moment one thing, the look-up, the dial or the connection.
/// Any thread.
/// </summary>
internal sealed class AttemptCancellation
{
    private readonly CancellationTokenSource _lookUp = new();
    private readonly Lock _lock = new();
    private Dial? _dial;
    private Connection? _connection;
    private int _dials;
    private volatile bool _isCancelled;
    private volatile bool _isGivenUp;
    private bool _isReady;

    public bool IsCancelled => _isCancelled;

    /// <summary>
    /// By <see cref="GiveUpWaiting"/>: the look-up, or the dial or connection that is not ready, was cut.
    /// </summary>
    public bool IsGivenUp => _isGivenUp;

    /// <summary>For everything that asks DNS.</summary>
    public CancellationToken LookUp => _lookUp.Token;

    public void Cancel()
    {
        Dial? dial;
        Connection? connection;
        lock (_lock)
        {
            _isCancelled = true;
            dial = _dial;
            connection = _connection;
        }
        _lookUp.Cancel();
        dial?.Cancel();
        connection?.Abort();
    }

    /// <inheritdoc cref="IDeliveryAttempt.GiveUpWaiting"/>
    public void GiveUpWaiting()
    {
        Dial? dial;
        Connection? connection;
        bool isLookUp;
        lock (_lock)
        {
            if (_isReady || _isCancelled)
                return;
            _isGivenUp = true;
            dial = _dial;
            connection = _connection;
            isLookUp = _dials == 0;
        }
        if (isLookUp)
            _lookUp.Cancel();
        dial?.Cancel();
        connection?.Abort();
    }

    /// <summary>The host is ready, and is not given up any more. False: it was already.</summary>
    public bool TryBecomeReady()
    {
        lock (_lock)
            return _isReady = !_isGivenUp;
    }

    /// <summary>A dial is about to begin.</summary>
    /// <returns>Its number, for <see cref="DialBegan"/>.</returns>
    public int NumberDial()
    {
        lock (_lock)
        {
            _isReady = _isGivenUp = false;
            _dial = null;
            return ++_dials;
        }
    }

    /// <summary>
    /// The dial may have failed, and the next may have begun, before the dialler returned this one: then this is no
    /// longer the one to cancel.
    /// </summary>
    public void DialBegan(int number, Dial dial)
    {
        bool isCut;
        lock (_lock)
        {
            bool isNewest = number == _dials;
            if (isNewest)
                _dial = dial;
            isCut = _isCancelled || isNewest && _isGivenUp;
        }
        if (isCut)
            dial.Cancel();
    }

    public void Connected(Connection connection)
    {
        lock (_lock)
            _connection = connection;
        if (_isCancelled || _isGivenUp)
            connection.Abort();
    }

    public void Disconnected()
    {
        lock (_lock)
            _connection = null;
    }
}
