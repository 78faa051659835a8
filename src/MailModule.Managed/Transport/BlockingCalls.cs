using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// For the worker that serves a pending wait: blocking reads and writes in the name of the session. It owns the
/// connection while it works, and releases it while it sleeps.
/// </summary>
internal sealed class BlockingCalls(Connection connection)
{
    private const int PieceSize = 64 * 1024;
    private const Events Wakes = Events.Input | Events.Aborted | Events.Stopping;
    private readonly ManualResetEventSlim _isWoken = new();
    private int _known;

    /// <inheritdoc cref="IBlockingPeer.WaitForInput"/>
    public ReadOnlySpan<byte> WaitForInput(int known)
    {
        if (!connection.TryOwnWait())
            return [];
        _known = known;
        bool isInTime = WaitUntil(HasInput);
        ReadOnlySpan<byte> octets = isInTime ? connection.Unconsumed : [];
        Release();
        return octets;
    }

    /// <inheritdoc cref="IBlockingPeer.SendBlocking"/>
    public bool Send(ReadOnlySpan<byte> octets)
    {
        if (!connection.TryOwnWait())
            return false;
        bool isSent = true;
        while (isSent && !octets.IsEmpty)
        {
            int count = Math.Min(octets.Length, PieceSize);
            connection.Send(octets[..count]);
            octets = octets[count..];
            isSent = WaitUntil(connection.HasSentInWait);
        }
        Release();
        return isSent && !connection.Lost;
    }

    /// <summary>Any thread: something has happened, or the connection has been released.</summary>
    public void Wake() => _isWoken.Set();

    private bool HasInput() => connection.HasInputInWait(_known);

    /// <summary>False when the time is up or the engine stops.</summary>
    private bool WaitUntil(Func<bool> isThere)
    {
        connection.StartClock();
        bool isInTime = WaitInTime(isThere);
        connection.StopClock();
        return isInTime;
    }

    private bool WaitInTime(Func<bool> isThere)
    {
        while (true)
        {
            connection.ContinueInWait();
            if (isThere())
                return true;
            if (connection.Lost || connection.Has(Events.Stopping))
                return false;
            if (connection.LoseIfSilent())
                return false;
            Sleep();
        }
    }

    private void Sleep()
    {
        _isWoken.Reset();
        Interlocked.MemoryBarrier();
        bool isQuiet = !connection.Has(Wakes);
        Release();
        if (isQuiet)
            _isWoken.Wait(TimeSpan.FromSeconds(1));
        connection.TryOwnWait();
    }

    private void Release()
    {
        while (!connection.TryReleaseWait())
        {
            connection.ContinueInWait();
            Wake();
        }
    }
}
