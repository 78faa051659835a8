using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// A session that its caller carries on step by step, with the time of the caller: octets go in, octets and questions
/// come out. There is no socket and no thread here. What a <see cref="Connection"/> does around a session is done for
/// one that has none: octets left over are kept, what was pipelined behind STARTTLS is dropped, silence ends it.
/// </summary>
/// <remarks>
/// Each step says what the session waits for (<see cref="Next"/>); each is a question to the caller. Read: octets.
/// Write: that the output is taken; then an empty step. Wait: an answer that the backend owes; when the session was
/// given it (<see cref="MemoryPeer.Resumed"/>), an empty step. StartTls: that the caller's own TLS runs
/// (<see cref="BeginTls"/>). Close: that the output is sent and the way to the peer closed; the session has ended.
/// One thread at a time. What the session throws goes to the caller, who ends it with <see cref="Stop"/>.
/// </remarks>
internal sealed class SteppedSession(ISession session, MemoryPeer peer)
{
    /// <summary>Octets at most that a session keeps of what it is given while it does not read.</summary>
    public const int KeptLimit = 64 * 1024;

    private PooledBuffer _unconsumed;
    private TimeSpan _lastActivity = peer.Now;
    private bool _isAtEnd;
    private bool _isLost;
    private bool _isClosed;

    /// <summary>What the session waits for. Before the first step: that step.</summary>
    public Next Waits { get; private set; } = Next.Write;

    /// <summary>
    /// Octets that the session has left for later. While it waits for a verdict they belong to who works on that.
    /// </summary>
    public ReadOnlySpan<byte> Unconsumed => _unconsumed.Span;

    /// <summary>When <see cref="Expire"/> would end the session; MaxValue: not while it waits as it does.</summary>
    public TimeSpan ExpiresAt
    {
        get
        {
            if (Waits is not (Next.Read or Next.Write))
                return TimeSpan.MaxValue;
            bool isEndless = peer.IdleTimeout >= TimeSpan.FromDays(365);
            TimeSpan silence = isEndless ? TimeSpan.MaxValue : _lastActivity + peer.IdleTimeout;
            TimeSpan end = silence < peer.Deadline ? silence : peer.Deadline;
            return end < EndOfPace ? end : EndOfPace;
        }
    }

    /// <summary>
    /// Whether a step may give so many octets. A session that reads takes any number: what it leaves over of them is
    /// for its caller to bound.
    /// </summary>
    public bool Takes(int octets)
        => octets == 0 || Waits is Next.Read or Next.Close || octets <= KeptLimit - _unconsumed.Length;

    private TimeSpan EndOfPace => peer.EndOfPace(Waits == Next.Read ? Phase.Read : Phase.Write);

    /// <summary>
    /// Gives octets of the peer, or none, and carries the session on until it waits for something. The first step has
    /// none: a server greets.
    /// </summary>
    public Next Step(ReadOnlySpan<byte> octets, TimeSpan now, Output output)
    {
        peer.Now = now;
        if (Waits == Next.StartTls)
            return octets.IsEmpty ? Waits : throw new InvalidOperationException("clear text while TLS begins");
        if (Waits == Next.Close)
            return Waits;
        _unconsumed.Append(octets);
        if (!octets.IsEmpty)
            peer.Received(octets.Length);
        bool hasWaited = Waits == Next.Wait;
        if (!MayAdvance(!octets.IsEmpty))
        {
            peer.HoldBuffers(_unconsumed.Capacity);
            return Waits;
        }
        if (hasWaited)
            peer.StartClock();
        _lastActivity = now;
        return Advance(output);
    }

    /// <summary>The caller's TLS runs, from here on the octets are those inside it.</summary>
    /// <param name="description">For <see cref="IPeer.TlsDescription"/>.</param>
    public Next BeginTls(string description, TimeSpan now, Output output)
    {
        if (Waits != Next.StartTls)
            throw new InvalidOperationException("the session did not ask for TLS");
        peer.Now = _lastActivity = now;
        peer.IsTls = true;
        peer.TlsDescription = description;
        return Advance(output);
    }

    /// <summary>Ends the session if its time is up: it may say goodbye.</summary>
    public Next Expire(TimeSpan now, Output output)
    {
        peer.Now = now;
        if (now < ExpiresAt)
            return Waits;
        return Stop(now < EndOfPace ? ExpiryReason.Idle : ExpiryReason.Slow, output);
    }

    /// <summary>
    /// Ends the session, which may say goodbye to a peer that it listens to. One that waits for a verdict ends when it
    /// has it, by an empty step.
    /// </summary>
    public Next Stop(ExpiryReason reason, Output output)
    {
        try
        {
            if (Waits == Next.Read || (reason == ExpiryReason.Fault && Waits != Next.Close))
                session.Expire(reason, output);
        }
        finally
        {
            Lose(reason switch
            {
                ExpiryReason.Idle or ExpiryReason.Slow => Fault.Timeout,
                ExpiryReason.Stopping => Fault.Cancelled,
                _ => Fault.Internal,
            });
        }
        return Waits;
    }

    /// <summary>The peer says nothing more; what it has said counts, and it still listens.</summary>
    public Next EndInput()
    {
        _isAtEnd = true;
        return Waits == Next.Read ? Lose(Fault.Closed) : Waits;
    }

    /// <summary>The peer is gone. A session that waits for a verdict ends when it has it, by an empty step.</summary>
    public Next Lose(Fault fault, string? text = null)
    {
        _isLost = true;
        if (peer.Fault == Fault.None && Waits != Next.Close)
            (peer.Fault, peer.FaultText) = (fault, text);
        return Waits == Next.Wait && !peer.TryEndWait() ? Waits : Close();
    }

    /// <summary>
    /// Cuts octets from the front of <see cref="Unconsumed"/>, while the session waits for a verdict.
    /// </summary>
    public void Consume(int count) => _unconsumed.Consume(count);

    private bool MayAdvance(bool hasMore) => Waits switch
    {
        Next.Read => hasMore,
        Next.Wait => peer.TryEndWait(),
        _ => true,
    };

    private Next Advance(Output output)
    {
        do
        {
            if (_isLost)
                return Close();
            ReadOnlySpan<byte> input = _unconsumed.Span;
            Waits = Next.Write; // what the session throws leaves no wait behind
            Waits = session.Advance(ref input, output);
            _unconsumed.Consume(_unconsumed.Length - input.Length);
        }
        while (Waits == Next.Wait && peer.TryEndWait());
        peer.HoldBuffers(_unconsumed.Capacity);
        if (Waits == Next.Wait)
            peer.StopClock();
        if (Waits == Next.StartTls)
            _unconsumed.Clear();
        if (Waits == Next.Read && _isAtEnd)
            return Lose(Fault.Closed);
        return Waits == Next.Close ? Close() : Waits;
    }

    /// <summary>Ends the session: once, whatever happened.</summary>
    private Next Close()
    {
        if (_isClosed)
            return Waits;
        _isClosed = true;
        Waits = Next.Close;
        _unconsumed.Clear();
        try
        {
            session.Closed();
        }
        finally
        {
            peer.EndMemory();
        }
        return Waits;
    }
}
