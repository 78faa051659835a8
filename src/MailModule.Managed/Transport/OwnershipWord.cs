using System.Numerics;

namespace MailModule.Transport;

/// <summary>What a connection waits for while no thread owns it.</summary>
internal enum Phase
{
    /// <summary>For the owner alone: the session is to be advanced.</summary>
    Running,
    /// <summary>For the owner alone: a step of the handshake is to be made, on a worker.</summary>
    HandshakeStep,
    /// <summary>Input.</summary>
    Read,
    /// <summary>The session could read, but the peer has to take its answers first.</summary>
    Throttled,
    /// <summary>The session has more to say when the peer has taken what is queued.</summary>
    Write,
    /// <summary>A call of <see cref="IPeer.Resume"/>.</summary>
    Wait,
    /// <summary>More of the peer's part of the handshake.</summary>
    Handshake,
    /// <summary>The last output has to leave.</summary>
    Drain,
    /// <summary>The peer's last octets are thrown away, so that a reset does not overtake our last answer.</summary>
    Linger,
    Closed,
}

/// <summary>What happened to a connection; the lowest bit is served first.</summary>
[Flags]
internal enum Events
{
    None = 0,
    Aborted = 0x10,
    /// <summary>More can be sent.</summary>
    Room = 0x20,
    Resumed = 0x40,
    Stopping = 0x80,
    Idle = 0x100,
    /// <summary>There may be input.</summary>
    Input = 0x200,
    /// <summary>The session is to look around without input: <see cref="Connection.Wake"/>.</summary>
    Woken = 0x400,
}

/// <summary>
/// Which thread may touch a connection, in one word changed by compare-and-swap: the phase, whether the connection is
/// owned, and the events not served yet. A thread that raises an event that the phase waits for, on a connection
/// without owner, becomes the owner. An owner releases the connection only when no such event is left. So every event
/// is served exactly once, by one thread at a time, and none is lost between two owners.
/// </summary>
internal struct OwnershipWord
{
    private const int PhaseMask = 0xF;
    private const int Owned = 0x10000;
    private int _word;

    public OwnershipWord() => _word = Owned;

    /// <summary>
    /// While the connection is owned: the phase of its last release, at first <see cref="Phase.Running"/>.
    /// </summary>
    public readonly Phase Phase => (Phase)(Volatile.Read(in _word) & PhaseMask);

    /// <summary>True: the calling thread owns the connection now and has to serve it.</summary>
    public bool Raise(Events events)
    {
        while (true)
        {
            int word = Volatile.Read(ref _word);
            int next = word | (int)events;
            bool becomesOwner = (word & Owned) == 0 && (next & (int)Awaited((Phase)(word & PhaseMask))) != 0;
            if (becomesOwner)
                next |= Owned;
            if (Interlocked.CompareExchange(ref _word, next, word) == word)
                return becomesOwner;
        }
    }

    /// <summary>For the owner: the first event that this phase waits for, cleared.</summary>
    public Events ConsumeNextEvent(Phase phase)
    {
        int awaited = Volatile.Read(ref _word) & (int)Awaited(phase);
        if (awaited == 0)
            return Events.None;
        var first = (Events)(1 << BitOperations.TrailingZeroCount(awaited));
        TryConsume(first);
        return first;
    }

    public bool TryConsume(Events which) => (Interlocked.And(ref _word, ~(int)which) & (int)which) != 0;

    public readonly bool Has(Events which) => (Volatile.Read(in _word) & (int)which) != 0;

    /// <summary>For the owner: releases the connection, unless an event has come that this phase waits for.</summary>
    public bool TryRelease(Phase phase)
    {
        while (true)
        {
            int word = Volatile.Read(ref _word);
            if ((word & (int)Awaited(phase)) != 0)
                return false;
            int next = (word & ~(Owned | PhaseMask)) | (int)phase;
            if (Interlocked.CompareExchange(ref _word, next, word) == word)
                return true;
        }
    }

    /// <summary>For the thread that serves a wait: becomes the owner if there is none at this moment.</summary>
    public bool TryAcquire(Phase phase)
    {
        int word = Volatile.Read(ref _word);
        return (word & (Owned | PhaseMask)) == (int)phase
            && Interlocked.CompareExchange(ref _word, word | Owned, word) == word;
    }

    private static Events Awaited(Phase phase) => phase switch
    {
        Phase.Read => Events.Aborted | Events.Room | Events.Stopping | Events.Idle | Events.Input | Events.Woken,
        Phase.Handshake => Events.Aborted | Events.Room | Events.Stopping | Events.Idle | Events.Input,
        Phase.Throttled => Events.Aborted | Events.Room | Events.Stopping | Events.Idle,
        Phase.Write or Phase.Drain => Events.Aborted | Events.Room | Events.Idle,
        Phase.Wait => Events.Room | Events.Resumed,
        Phase.Linger => Events.Aborted | Events.Idle | Events.Input,
        _ => Events.None,
    };
}
