using System.Net.Sockets;
using MailModule.Primitives;

namespace MailModule.Transport;

// How octets come and go, plain and through TLS. Everything here is called by the owner.
internal sealed partial class Connection
{
    private bool IsSent => _sender is null || _sender.IsIdle;

    private bool WantsInput => !_isArmed && !_isAtEnd && (_phase switch
    {
        Phase.Read or Phase.Linger => true,
        Phase.Wait => _unconsumed.Length == 0,
        _ => false,
    });

    /// <summary>Receives at once while more octets may be there, else arms the next receive.</summary>
    private void Receive()
    {
        if (_mayHaveMore && _phase != Phase.Wait)
        {
            ReceiveMore();
            return;
        }
        _isArmed = true;
        if (_tls is not null)
            _tls.BeginRead(_raiseInput ??= () => Raise(Events.Input));
        else if (_poller is not null)
            ArmPolled();
        else if ((_receiver ??= new Receiver(this)).Begin(_socket, _isReceivingBulk))
            Raise(Events.Input);
    }

    /// <summary>Straight from the kernel into a buffer of the thread, and from there to the session.</summary>
    private void ReceiveMore()
    {
        _receivesLeft--;
        byte[] scratch = t_scratch ?? GC.AllocateUninitializedArray<byte>(ScratchSize);
        t_scratch = null; // a session may run another one further down this stack
        int count = _socket.Receive(scratch, SocketFlags.None, out SocketError error);
        _mayHaveMore = count == ScratchSize || (count > 0 && _isPeerEnded);
        if (error != SocketError.WouldBlock)
            Process(scratch.AsSpan(0, error == SocketError.Success ? count : 0), error);
        t_scratch = scratch;
    }

    private void OnInput()
    {
        _isArmed = false;
        if (_phase == Phase.Closed)
            DisposeReceiving();
        else if (_phase == Phase.BeforeHandshake)
            BeginTlsAfterReceive();
        else if (_tls is not null)
            OnDecrypted();
        else
            OnReceived();
    }

    private void OnReceived()
    {
        ReadOnlySpan<byte> octets = _receiver!.Received;
        _mayHaveMore = !octets.IsEmpty && _receiver.IsFull;
        _isReceivingBulk = !octets.IsEmpty && _receiver.IsBulk;
        _receivesLeft--;
        Process(octets, _receiver.SocketError);
    }

    private void OnDecrypted()
    {
        SocketError error = _tls!.Failure is null ? SocketError.Success : SocketError.ConnectionReset;
        _receivesLeft--;
        Process(_tls.Received, error);
        if (!_isArmed)
            _tls.ReturnReceived();
    }

    private void Process(ReadOnlySpan<byte> octets, SocketError error)
    {
        if (octets.IsEmpty)
        {
            EndInput(error);
            return;
        }
        if (_phase != Phase.Linger) // octets that still trickle in do not prolong the linger
            Touch();
        if (_phase == Phase.Wait)
            _unconsumed.Append(octets);
        else if (_phase == Phase.Read)
            Advance(octets);
        else if ((_lingerCount += octets.Length) > LingerLimit)
            Finish();
    }

    private void EndInput(SocketError error)
    {
        _isAtEnd = true;
        if (_phase == Phase.Linger)
        {
            Finish();
            return;
        }
        if (error != SocketError.Success)
            MarkLost(Fault.Closed, error.ToString());
        else if (Fault == Fault.None)
            Fault = CancelledOr(Fault.Closed);
        if (_phase == Phase.Read)
            Close();
    }

    private void DisposeReceiving()
    {
        _receiver?.DisposeBuffers();
        _tls?.DisposeBuffers();
    }

    private void Send(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty || _isLost)
            return;
        if (!IsTls)
            SendRaw(octets);
        else if (_tls!.Encrypt(octets))
            SendRecords();
        else
            MarkLost(Fault.Closed, TlsExceptions.Describe(_tls.Failure!));
    }

    private void SendRecords()
    {
        PooledBuffer records = _tls!.DetachRecords();
        if (!_isLost)
            SendRaw(records.Span);
        records.Clear();
    }

    private void SendRaw(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
            return;
        int count = 0;
        if (IsSent)
        {
            count = _socket.Send(octets, SocketFlags.None, out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                MarkLost(Fault.Closed, error.ToString());
                return;
            }
            if (error == SocketError.WouldBlock)
                count = 0;
        }
        if (count < octets.Length)
            (_sender ??= new Sender(this, _socket)).Queue(octets[count..]);
    }

    private void ContinueSending()
    {
        bool isGood = _sender!.Continue();
        if (_phase == Phase.Closed)
        {
            _sender.Discard();
            return;
        }
        if (!isGood)
            MarkLost(Fault.Closed, _sender.SocketError.ToString());
        else
            Touch();
        if (_isLost)
            OnSendFailed();
        else if (_sender.IsIdle)
            OnSent();
    }

    private void OnSendFailed()
    {
        if (_phase is Phase.Wait or Phase.Handshake)
            return;
        if (_phase is not (Phase.Read or Phase.Throttled or Phase.Write) || !TryReadToEnd())
            Finish();
    }

    /// <summary>The peer takes nothing more, but may have said why: its input is read to the end.</summary>
    private bool TryReadToEnd()
    {
        if (!ReadsAfterSendFailure || _isAtEnd || _isAskedToClose || Fault != Fault.Closed || _isAborted)
            return false;
        _phase = Phase.Read;
        IdleTimeout = LingerTime;
        return true;
    }

    private void OnSent()
    {
        switch (_phase)
        {
            case Phase.Throttled:
                _phase = Phase.Read;
                break;
            case Phase.Write:
                _phase = Phase.Running;
                _mustAdvance = true;
                break;
            case Phase.Drain:
                CloseSent();
                break;
        }
    }

    /// <summary>
    /// RFC 3207 §4.2: what came in plain before the handshake counts for nothing. Called before our answer leaves: what
    /// comes after it is the handshake's.
    /// </summary>
    private void DiscardInput()
    {
        _unconsumed.Clear();
        _mayHaveMore = false;
        if (_isArmed && _ownership.TryConsume(Events.Input))
            _isArmed = false;
    }

    private void BeginTls()
    {
        if (IsTls || (ServerTls is null && ClientTls is null))
        {
            MarkLost(Fault.Tls, "TLS is not set up");
            Finish();
            return;
        }
        Touch();
        StopPolling();
        if (_isArmed)
            _phase = Phase.BeforeHandshake;
        else
            BeginHandshake(default);
    }

    private void BeginTlsAfterReceive()
    {
        ReadOnlySpan<byte> octets = _receiver!.Received;
        if (octets.IsEmpty)
        {
            MarkLost(Fault.Closed, _receiver.SocketError.ToString());
            Finish();
            return;
        }
        PooledBuffer early = default;
        early.Append(octets);
        BeginHandshake(early);
    }

    private void BeginHandshake(PooledBuffer received)
    {
        _phase = Phase.Handshake;
        _tls = new TlsChannel(_socket, _set.Workers, received, () => Raise(Events.Records));
        _tls.Handshake(ServerTls, ClientTls, () => Raise(Events.TlsDone));
    }

    private void EndHandshake()
    {
        if (_tls!.Failure is { } failure || Lost)
        {
            MarkLost(Fault.Tls, _tls.Failure is null ? "aborted" : _tls.FailureText);
            _set.Log.Write(LogLevel.Info, "tls", $"{RemoteEndPoint}: no TLS: {FaultText}");
            SendRecords();
            Finish();
            return;
        }
        IsTls = true;
        Touch();
        _phase = Phase.Running;
        _mustAdvance = true;
    }
}
