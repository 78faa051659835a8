using MailModule.Primitives;

namespace MailModule.Transport;

// How octets come and go, and how that ends. Everything here is called by the owner; what the blocking calls need, by
// the worker that has become the owner in a wait.
internal sealed partial class Connection
{
    private const int SendQueueLimit = 64 * 1024;
    private const int UnconsumedLimit = 1024 * 1024;
    private const int ScratchSize = 128 * 1024;

    [ThreadStatic]
    private static byte[]? t_scratch;

    public bool IsTls => _link.Tls is not null;

    /// <inheritdoc/>
    public bool IsReset => _link.IsReset;

    /// <summary>
    /// The peer's certificate is the right one: name, time and chain. Told also where
    /// <see cref="TlsClientSettings.Verify"/> does not ask for it.
    /// </summary>
    public bool IsPeerVerified => _link.Tls is { IsPeerVerified: true };

    /// <inheritdoc/>
    public string? TlsDescription => _link.Tls?.Description;
    public byte[]? EndPointBinding => _link.Tls?.EndPointBinding;
    public string? ServerName => _link.Tls?.ServerName;
    public VerifiedCertificate? VerifiedCertificate => _link.Tls?.VerifiedCertificate;

    /// <inheritdoc/>
    public bool TryActFor(GivenAddresses addresses)
    {
        if (!_set.TryMove(RemoteEndPoint.Address, (addresses.Client ?? ILink.NoAddress).Address))
            return false;
        _ends.Give(addresses);
        return true;
    }

    private bool IsSent => _unsent.Length == 0 && _link.IsFlushed;

    private bool WantsInput => !_ending.IsInputEnded && _phase is Phase.Read or Phase.Linger or Phase.Handshake;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> WaitForInput(int known = 0) => IsInAdvance ? [] : Blocking().WaitForInput(known);

    /// <inheritdoc/>
    public Fault WaitFault
    {
        get
        {
            if (Fault != Fault.None)
                return Fault;
            if (_ownership.Has(Events.Stopping))
                return Fault.Cancelled;
            return Lost ? Fault.Closed : Fault.None;
        }
    }

    /// <inheritdoc/>
    public void Consume(int count) => _unconsumed.Consume(count);

    /// <inheritdoc/>
    public bool SendBlocking(ReadOnlySpan<byte> octets)
    {
        if (!IsInAdvance)
            return Blocking().Send(octets);
        Send(octets);
        return !_ending.IsLost;
    }

    internal ReadOnlySpan<byte> Unconsumed => _unconsumed.Span;

    internal bool Has(Events which) => _ownership.Has(which);

    /// <summary>
    /// Waits until the thread that advanced the session has released the connection; false when it has been closed.
    /// </summary>
    internal bool TryOwnWait()
    {
        var spin = new SpinWait();
        while (!_ownership.TryAcquire(Phase.Wait))
        {
            if (_ownership.Phase == Phase.Closed)
                return false;
            spin.SpinOnce();
        }
        return true;
    }

    internal bool TryReleaseWait() => _ownership.TryRelease(Phase.Wait);

    internal void ContinueInWait()
    {
        if (_ownership.TryConsume(Events.Room))
            ContinueSending();
    }

    /// <summary>True when there is more input than is known, or none to wait for.</summary>
    internal bool HasInputInWait(int known)
    {
        _ownership.TryConsume(Events.Input);
        while (_unconsumed.Length <= known && !_ending.IsInputEnded && _link.AwaitInput())
            Receive();
        return _unconsumed.Length > known || _ending.IsInputEnded;
    }

    internal bool HasSentInWait() => IsSent || _ending.IsLost;

    internal bool LoseIfSilent()
    {
        ExpiryReason? passed = _deadlines.FindPassed(Phase.Wait, _set.Clock());
        if (passed is not null)
            Lose(Fault.Timeout, passed == ExpiryReason.Slow ? "the peer is too slow" : "the peer is silent");
        return passed is not null;
    }

    internal void StopClock() => _deadlines.StopClock(_set.Clock());

    internal void StartClock() => _deadlines.StartClock(_set.Clock());

    private void Touch() => _deadlines.Touch(_set.Clock());

    internal void Send(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty || _ending.IsLost)
            return;
        int taken = 0;
        if (_unsent.Length == 0)
        {
            Transfer sent = _link.Send(octets);
            if (sent.State == TransferState.Failed)
            {
                Lose(Fault.Closed, _link.Failure);
                return;
            }
            taken = sent.Count;
        }
        _unsent.Append(octets[taken..]);
        if (IsSent)
            return;
        _deadlines.OutputWaits(_set.Clock());
        _deadlines.Sent(taken, isAll: false);
    }

    private bool IsInAdvance => _advancingThread == Environment.CurrentManagedThreadId;

    private BlockingCalls Blocking() => _blockingCalls ??= new BlockingCalls(this);

    private void OnInput(bool mayDecrypt)
    {
        if (_phase == Phase.Handshake)
            _phase = Phase.HandshakeStep;
        else if (mayDecrypt || !IsTls)
            Receive();
        else
            _receivesLeft = 0; // on a worker
    }

    /// <summary>From the link into a buffer of the thread, and from there to the session.</summary>
    private void Receive()
    {
        _receivesLeft--;
        byte[] scratch = t_scratch ?? GC.AllocateUninitializedArray<byte>(ScratchSize);
        t_scratch = null; // a session may run another one further down this stack
        Transfer received = _link.Receive(scratch);
        if (received.State == TransferState.Moved)
            Process(scratch.AsSpan(0, received.Count));
        else if (received.State != TransferState.Again)
            EndInput(received.State);
        t_scratch = scratch;
    }

    private void Process(ReadOnlySpan<byte> octets)
    {
        if (_phase != Phase.Linger) // octets that still trickle in do not prolong the linger
            _deadlines.Received(octets.Length, _set.Clock());
        if (_phase == Phase.Wait)
            _unconsumed.Append(octets);
        else if (_phase == Phase.Read)
            Advance(octets);
        else if (!_ending.TryLinger(octets.Length))
            Finish();
    }

    private void EndInput(TransferState how)
    {
        _ending.IsInputEnded = true;
        if (_phase == Phase.Linger)
        {
            Finish();
            return;
        }
        if (how == TransferState.Failed)
            Lose(Fault.Closed, _link.Failure);
        else
            _ending.EndInput();
        if (_phase == Phase.Read)
            Close();
    }

    /// <summary>Where nothing is left to send, word of room came late, and is no sign of the peer's life.</summary>
    private void ContinueSending()
    {
        bool isDue = !IsSent;
        Transfer sent = _link.Send(_unsent.Span);
        _unsent.Consume(sent.Count);
        if (sent.State == TransferState.Failed)
            Lose(Fault.Closed, _link.Failure);
        else if (isDue && _phase != Phase.Handshake) // which has its time as a whole
            Touch();
        _deadlines.Sent(sent.Count, IsSent);
        if (_ending.IsLost)
            OnSendFailed();
        else if (IsSent)
            OnSent();
    }

    private void OnSendFailed()
    {
        if (_phase is Phase.Wait or Phase.Handshake)
            return;
        if (_phase is not (Phase.Read or Phase.Throttled or Phase.Write) || !TryReadToEnd())
            Finish();
    }

    private bool MayHaveSaidWhy
        => ReadsAfterSendFailure && Fault == Fault.Closed && !_ending.IsAborted && !_ownership.Has(Events.Aborted);

    /// <summary>The peer takes nothing more, but may have said why: its input is read to the end.</summary>
    private bool TryReadToEnd()
    {
        if (!MayHaveSaidWhy || _ending.IsInputEnded || _ending.IsAskedFor)
            return false;
        _phase = Phase.Read;
        IdleTimeout = Deadlines.LingerTime;
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
                break;
            case Phase.Drain:
                Close();
                break;
        }
    }

    /// <summary>
    /// RFC 3207 §4.2: what came in plain before the handshake counts for nothing. It was thrown away before our answer
    /// left: what comes after that is the handshake's.
    /// </summary>
    /// <param name="receivedBefore">Records of the handshake; given back if there is none.</param>
    private void BeginTls(PooledBuffer receivedBefore = default)
    {
        if (IsTls || TlsSettings is null)
        {
            receivedBefore.Clear();
            Lose(Fault.Tls, "TLS is not set up");
            Finish();
            return;
        }
        Touch();
        _link = new TlsLink(_link, this, TlsSettings, _unsent.Detach(), receivedBefore);
        _phase = Phase.HandshakeStep;
    }

    private void ShakeHands()
    {
        Transfer step = _link.Handshake();
        if (step.State == TransferState.Again)
            _phase = Phase.Handshake;
        else if (step.State == TransferState.Moved && !Lost)
            EndHandshake();
        else
            FailHandshake(_link.Failure ?? "aborted");
    }

    private void EndHandshake()
    {
        Touch();
        _phase = Phase.Running;
    }

    private void FailHandshake(string? why)
    {
        Lose(Fault.Tls, why);
        string reason = FaultText
            ?? (Fault == Fault.Timeout ? "the handshake did not end in time" : FaultWords.Of(Fault));
        _set.Log.Write(LogLevel.Info, "tls", $"{RemoteEndPoint}: no TLS: {reason}");
        Finish();
    }

    private void Lose(Fault fault, string? text) => _ending.Lose(fault, text);

    /// <summary>
    /// What has come but is not read yet, and what the peer has taken but the system not told, counts for the peer.
    /// </summary>
    private void OnOverdue(bool mayDecrypt)
    {
        if (_phase == Phase.Read && WantsInput && _link.AwaitInput())
            OnInput(mayDecrypt);
        if (_phase is Phase.Running or Phase.Wait or Phase.Closed)
            return;
        long now = _set.Clock();
        if (_deadlines.AreToLook(now))
            _deadlines.Look(_link.InFlight, now);
        if (_deadlines.FindPassed(_phase, now) is { } reason)
            Expire(reason);
    }

    private void Expire(ExpiryReason reason)
    {
        if (_phase == Phase.Linger || _ending.IsLost)
        {
            Finish(); // its last answer has left, or will never
            return;
        }
        _ending.Fault = reason == ExpiryReason.Stopping ? Fault.Cancelled : Fault.Timeout;
        if (reason == ExpiryReason.Slow)
            _set.Log.Write(LogLevel.Info, "transport", $"{RemoteEndPoint}: too slow, closed");
        bool peerListens = _phase == Phase.Read || (_phase == Phase.Throttled && reason == ExpiryReason.Stopping);
        if (_phase == Phase.Handshake)
            FailHandshake(null);
        else if (!peerListens)
            Finish();
        else
            SayGoodbye(reason);
    }

    private void SayGoodbye(ExpiryReason reason)
    {
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
        if (_unsent.Length == 0 && !_ending.IsLost)
            _link.NotifyClose();
        if (_ending.IsLost)
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
        bool isUnread = _unconsumed.Length > 0 || _link.HasUnread;
        if (!isUnread || _ending.IsInputEnded || !_link.EndOutput())
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
        _link.Close();
        _unconsumed.Clear();
        _unsent.Clear();
        _memory.End();
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
}
