using System.Net.Sockets;
using MailModule.Primitives;

namespace MailModule.Transport;

// How octets come and go, plain and through TLS. Everything here is called by the owner.
public sealed partial class Connection
{
    private bool IsSent => _sender is null || _sender.IsIdle;

    private bool WantsInput => !_isArmed && !_isAtEnd && (_phase switch
    {
        Phase.Read or Phase.Linger => true,
        Phase.Wait => _kept.Length == 0,
        _ => false,
    });

    /// <summary>Goes on while there are octets, then arms the next receive.</summary>
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
        else if ((_receiver ??= new Receiver(this)).Begin(_socket, _isBulk))
            Raise(Events.Input);
    }

    /// <summary>Straight from the kernel into a buffer of the thread, and from there to the session.</summary>
    private void ReceiveMore()
    {
        _rounds--;
        byte[] scratch = t_scratch ?? GC.AllocateUninitializedArray<byte>(ScratchSize);
        t_scratch = null; // a session may run another one further down this stack
        int count = _socket.Receive(scratch, SocketFlags.None, out SocketError error);
        _mayHaveMore = count == ScratchSize || (count > 0 && _isEndNear);
        if (error != SocketError.WouldBlock)
            Digest(scratch.AsSpan(0, error == SocketError.Success ? count : 0), error);
        t_scratch = scratch;
    }

    private void TakeInput()
    {
        _isArmed = false;
        if (_phase == Phase.Closed)
            EndReceiving();
        else if (_phase == Phase.Early)
            BeginTlsWithEarly();
        else if (_tls is not null)
            TakeDecrypted();
        else
            TakeReceived();
    }

    private void TakeReceived()
    {
        ReadOnlySpan<byte> octets = _receiver!.Received;
        _mayHaveMore = !octets.IsEmpty && _receiver.IsFull;
        _isBulk = !octets.IsEmpty && _receiver.IsBulk;
        _rounds--;
        Digest(octets, _receiver.SocketError);
    }

    private void TakeDecrypted()
    {
        SocketError error = _tls!.Failure is null ? SocketError.Success : SocketError.ConnectionReset;
        _rounds--;
        Digest(_tls.Received, error);
        if (!_isArmed)
            _tls.GiveBackReceived();
    }

    private void Digest(ReadOnlySpan<byte> octets, SocketError error)
    {
        if (octets.IsEmpty)
        {
            EndInput(error);
            return;
        }
        if (_phase != Phase.Linger) // a peer that drips on does not prolong it
            Touch();
        if (_phase == Phase.Wait)
            _kept.Append(octets);
        else if (_phase == Phase.Read)
            Advance(octets);
        else if ((_lingered += octets.Length) > MostLingered)
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
            Lose(Fault.Closed, error.ToString());
        else if (Fault == Fault.None)
            Fault = OurDoingOr(Fault.Closed);
        if (_phase == Phase.Read)
            Close();
    }

    private void EndReceiving()
    {
        _receiver?.End();
        _tls?.End();
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
            Lose(Fault.Closed, TlsFault.Describe(_tls.Failure!));
    }

    private void SendRecords()
    {
        Backlog records = _tls!.TakeRecords();
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
                Lose(Fault.Closed, error.ToString());
                return;
            }
            if (error == SocketError.WouldBlock)
                count = 0;
        }
        if (count < octets.Length)
            (_sender ??= new Sender(this, _socket)).Queue(octets[count..]);
    }

    private void GoOnSending()
    {
        bool isGood = _sender!.GoOn();
        if (_phase == Phase.Closed)
        {
            _sender.Drop();
            return;
        }
        if (!isGood)
            Lose(Fault.Closed, _sender.SocketError.ToString());
        else
            Touch();
        if (_isLost)
            EndLost();
        else if (_sender.IsIdle)
            EndSending();
    }

    private void EndLost()
    {
        if (_phase is Phase.Wait or Phase.Handshake)
            return;
        if (_phase is not (Phase.Read or Phase.Held or Phase.Write) || !TryHearLastWords())
            Finish();
    }

    /// <summary>The peer takes nothing more, but may have said why: what it has said is read to its end.</summary>
    private bool TryHearLastWords()
    {
        if (!HearsLastWords || _isAtEnd || _isAskedToClose || Fault != Fault.Closed || _isAborted)
            return false;
        _phase = Phase.Read;
        IdleTimeout = LingerTime;
        return true;
    }

    private void EndSending()
    {
        switch (_phase)
        {
            case Phase.Held:
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
    /// RFC 3207 §4.2: what came in plain before the handshake counts for nothing. Called before our answer leaves: what comes after
    /// it is the handshake's.
    /// </summary>
    private void DropInput()
    {
        _kept.Clear();
        _mayHaveMore = false;
        if (_isArmed && _gate.Take(Events.Input))
            _isArmed = false;
    }

    private void BeginTls()
    {
        if (IsTls || (ServerTls is null && ClientTls is null))
        {
            Lose(Fault.Tls, "TLS is not set up");
            Finish();
            return;
        }
        Touch();
        StopPolling();
        if (_isArmed)
            _phase = Phase.Early;
        else
            BeginHandshake(default);
    }

    private void BeginTlsWithEarly()
    {
        ReadOnlySpan<byte> octets = _receiver!.Received;
        if (octets.IsEmpty)
        {
            Lose(Fault.Closed, _receiver.SocketError.ToString());
            Finish();
            return;
        }
        Backlog early = default;
        early.Append(octets);
        BeginHandshake(early);
    }

    private void BeginHandshake(Backlog early)
    {
        _phase = Phase.Handshake;
        _tls = new TlsChannel(_socket, _set.Workers, early, () => Raise(Events.Records));
        _tls.Handshake(ServerTls, ClientTls, () => Raise(Events.TlsDone));
    }

    private void EndHandshake()
    {
        if (_tls!.Failure is { } failure || Lost)
        {
            Lose(Fault.Tls, _tls.Failure is null ? "aborted" : _tls.FailureText);
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
