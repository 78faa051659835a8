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

    public bool IsCancelled => _isCancelled;

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

    /// <summary>A dial is about to begin.</summary>
    /// <returns>Its number, for <see cref="DialBegan"/>.</returns>
    public int NumberDial() => Interlocked.Increment(ref _dials);

    /// <summary>
    /// The dial may have failed, and the next may have begun, before the dialler returned this one: then this is no
    /// longer the one to cancel.
    /// </summary>
    public void DialBegan(int number, Dial dial)
    {
        bool isCancelled;
        lock (_lock)
        {
            if (number == _dials)
                _dial = dial;
            isCancelled = _isCancelled;
        }
        if (isCancelled)
            dial.Cancel();
    }

    public void Connected(Connection connection)
    {
        lock (_lock)
            _connection = connection;
        if (_isCancelled)
            connection.Abort();
    }

    public void Disconnected()
    {
        lock (_lock)
            _connection = null;
    }
}
