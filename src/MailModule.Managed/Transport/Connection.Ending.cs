using System.Net.Sockets;
using MailModule.Primitives;

namespace MailModule.Transport;

// How a connection ends: in order, by a time-out or a stop, or because the peer is lost. Everything here is called by
// the owner.
internal sealed partial class Connection
{
    private void Expire(ExpiryReason reason)
    {
        if (_phase == Phase.Linger || _isLost)
        {
            Finish(); // its last answer has left, or will never
            return;
        }
        Fault = reason == ExpiryReason.Idle ? Fault.Timeout : Fault.Cancelled;
        if (_phase == Phase.Handshake)
        {
            ShutDown(SocketShutdown.Both); // the handshake ends by it, and the connection with it
            return;
        }
        bool peerListens = _phase == Phase.Read || (_phase == Phase.Throttled && reason == ExpiryReason.Stopping);
        if (!peerListens)
        {
            Finish();
            return;
        }
        Output output = Output.Rent();
        ExpireSession(reason, output);
        Send(output.Written);
        Output.Return(output);
        Close();
    }

    /// <summary>
    /// The session has ended, or the input is at its end: the last output is sent, then the connection ends.
    /// </summary>
    private void Close()
    {
        if (IsTls)
        {
            _tls!.SendCloseNotify();
            SendRecords();
        }
        if (_isLost)
            Finish();
        else if (IsSent)
            CloseSent();
        else
            _phase = Phase.Drain;
    }

    /// <summary>
    /// Closing a socket with unread octets resets the connection, and the reset may overtake our last answer.
    /// </summary>
    private void CloseSent()
    {
        bool isUnread = _unconsumed.Length > 0
            || (_isArmed && _poller is null ? _ownership.Has(Events.Input) : _socket.Available > 0);
        if (!isUnread || _isAtEnd || _tls is not null || !ShutDown(SocketShutdown.Send))
        {
            Finish();
            return;
        }
        _unconsumed.Clear();
        Touch();
        _phase = Phase.Linger;
    }

    private void Finish()
    {
        if (_phase == Phase.Closed)
            return;
        _phase = Phase.Closed;
        _mustAdvance = false;
        StopPolling();
        _isClosed = true;
        if (_isArmed && !_isLost)
            ShutDown(SocketShutdown.Both); // else the platform resets a connection whose receive is still armed
        _socket.Dispose();
        _unconsumed.Clear();
        _sender?.Discard();
        if (!_isArmed)
            DisposeReceiving();
        try
        {
            _session.Closed();
        }
        catch (Exception e)
        {
            _set.Log.Write(LogLevel.Error, "transport", $"{RemoteEndPoint}: the session failed when closed: {e}");
        }
        _set.Remove(this);
    }

    private void MarkLost(Fault fault, string text)
    {
        _isLost = true;
        if (_isAskedToClose || Fault != Fault.None)
            return;
        Fault = CancelledOr(fault);
        FaultText = text;
    }

    // An abort shuts the socket down; the error that this causes is not the peer's.
    private Fault CancelledOr(Fault fault) => _isAborted ? Fault.Cancelled : fault;

    private bool ShutDown(SocketShutdown which)
    {
        try
        {
            _socket.Shutdown(which);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false; // the peer was faster
        }
    }
}
