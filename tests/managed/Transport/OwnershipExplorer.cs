using System.Runtime.CompilerServices;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

internal interface IOwnershipWord
{
    bool Raise(Events events);
    Events ConsumeNextEvent(Phase phase);
    bool TryConsume(Events which);
    bool TryRelease(Phase phase);
    bool TryAcquire(Phase phase);
}

/// <summary>The product's.</summary>
internal struct RealWord : IOwnershipWord
{
    private OwnershipWord _word = new();

    public RealWord()
    {
    }

    public bool Raise(Events events) => _word.Raise(events);
    public Events ConsumeNextEvent(Phase phase) => _word.ConsumeNextEvent(phase);
    public bool TryConsume(Events which) => _word.TryConsume(which);
    public bool TryRelease(Phase phase) => _word.TryRelease(phase);
    public bool TryAcquire(Phase phase) => _word.TryAcquire(phase);
}

public enum Defect
{
    None,
    ReleasesBlindly,
    RaisesWithoutOwning,
    ConsumesAll,
    ConsumesNothing,
    AcquiresOwned,
    ForgetsPhase,
}

/// <summary>What the word is meant to do, written down plainly, but for one defect.</summary>
internal struct DefectiveWord(Defect defect) : IOwnershipWord
{
    private Events _raised;
    private Phase _phase;
    private bool _isOwned = true;

    public bool Raise(Events events)
    {
        _raised |= events;
        bool becomesOwner = !_isOwned && (_raised & OwnershipModel.Awaited(_phase)) != 0;
        _isOwned |= becomesOwner && defect != Defect.RaisesWithoutOwning;
        return becomesOwner;
    }

    public Events ConsumeNextEvent(Phase phase)
    {
        Events awaited = _raised & OwnershipModel.Awaited(phase);
        Events first = awaited & (Events)(-(int)awaited);
        if (defect != Defect.ConsumesNothing)
            _raised &= ~(defect == Defect.ConsumesAll ? awaited : first);
        return first;
    }

    public bool TryConsume(Events which)
    {
        bool isThere = (_raised & which) != 0;
        _raised &= ~which;
        return isThere;
    }

    public bool TryRelease(Phase phase)
    {
        if (defect != Defect.ReleasesBlindly && (_raised & OwnershipModel.Awaited(phase)) != 0)
            return false;
        _phase = defect == Defect.ForgetsPhase ? _phase : phase;
        _isOwned = false;
        return true;
    }

    public bool TryAcquire(Phase phase)
    {
        if (_phase != phase || (_isOwned && defect != Defect.AcquiresOwned))
            return false;
        _isOwned = true;
        return true;
    }
}

/// <summary>What each phase waits for, and what an event leads to: enough of a connection to be served.</summary>
internal static class OwnershipModel
{
    private const Events Always = Events.Aborted | Events.Idle;

    public static Events Awaited(Phase phase) => phase switch
    {
        Phase.Read or Phase.Handshake => Always | Events.Room | Events.Stopping | Events.Input,
        Phase.Throttled => Always | Events.Room | Events.Stopping,
        Phase.Write or Phase.Drain => Always | Events.Room,
        Phase.Wait => Events.Room | Events.Resumed,
        Phase.Linger => Always | Events.Input,
        _ => Events.None,
    };

    public static Phase After(Phase phase, Events served) => (phase, served) switch
    {
        (_, Events.Aborted) => Phase.Closed,
        (Phase.Read, Events.Input) => Phase.Wait,
        (Phase.Handshake, Events.Input) => Phase.Read,
        (Phase.Wait, Events.Resumed) => Phase.Read,
        (Phase.Throttled or Phase.Write, Events.Room) => Phase.Read,
        (Phase.Drain, Events.Room) => Phase.Linger,
        (_, Events.Stopping) => Phase.Drain,
        _ => phase,
    };
}

/// <summary>
/// Runs a few threads in every order, one call of the word at a time: one that owns the connection from the first, some
/// that raise events, and one that serves a wait: it acquires it now and then, and ends it. Says what goes wrong.
/// </summary>
internal sealed class OwnershipExplorer<TWord>(Phase first, Events[][] raisers, int acquires)
    where TWord : struct, IOwnershipWord
{
    private readonly HashSet<string> _seen = [];

    public HashSet<string> Wrongs { get; } = [];
    public int States => _seen.Count;

    public void Explore(TWord word)
    {
        var start = new State(word, first, raisers.Length + 2);
        start.Roles[^1] = Role.Serving; // as a connection begins: owned
        Visit(start);
    }

    private void Visit(State state)
    {
        if (!_seen.Add(state.Key) || Wrongs.Count > 100)
            return;
        bool isAtRest = true;
        for (int thread = 0; thread < state.Roles.Length; thread++)
        {
            State next = state.Copy();
            if (!TryStep(next, thread))
                continue;
            isAtRest = false;
            if (next.Roles.Count(role => role != Role.Outside) > 1)
                Wrongs.Add("two owners");
            Visit(next);
        }
        if (isAtRest && (state.Pending & OwnershipModel.Awaited(state.Phase)) is var lost && lost != Events.None)
            Wrongs.Add($"lost in {state.Phase}: {lost}");
    }

    /// <summary>False: this thread has nothing to do any more.</summary>
    private bool TryStep(State state, int thread)
    {
        switch (state.Roles[thread])
        {
            case Role.Serving:
                Serve(state, thread);
                return true;
            case Role.Releasing:
                state.Roles[thread] = state.Word.TryRelease(state.Phase) ? Role.Outside : Role.Serving;
                return true;
            case Role.InWait:
                ReleaseWait(state, thread);
                return true;
            default:
                return thread < raisers.Length ? TryRaise(state, thread) : TryAcquire(state, thread);
        }
    }

    private void Serve(State state, int thread)
    {
        Events one = state.Word.ConsumeNextEvent(state.Phase);
        if (one == Events.None)
        {
            state.Roles[thread] = Role.Releasing;
            return;
        }
        MarkServed(state, one);
        state.Phase = OwnershipModel.After(state.Phase, one);
    }

    private void ReleaseWait(State state, int thread)
    {
        if (state.Word.TryRelease(Phase.Wait))
            state.Roles[thread] = Role.Outside;
        else if (state.Word.TryConsume(Events.Room))
            MarkServed(state, Events.Room);
        else
            Wrongs.Add($"cannot release a wait: {state.Pending}");
    }

    private bool TryRaise(State state, int thread)
    {
        if (state.Done[thread] == raisers[thread].Length)
            return false;
        RaiseOne(state, thread, raisers[thread][state.Done[thread]++]);
        return true;
    }

    private static void RaiseOne(State state, int thread, Events one)
    {
        state.Pending |= one;
        if (state.Word.Raise(one))
            state.Roles[thread] = Role.Serving;
    }

    private bool TryAcquire(State state, int thread)
    {
        if (thread != raisers.Length || acquires == 0 || state.Done[thread] > acquires)
            return false;
        if (state.Done[thread]++ < acquires)
            state.Roles[thread] = state.Word.TryAcquire(Phase.Wait) ? Role.InWait : Role.Outside;
        else
            RaiseOne(state, thread, Events.Resumed);
        return true;
    }

    private void MarkServed(State state, Events one)
    {
        if ((state.Pending & one) == 0)
            Wrongs.Add($"served twice: {one}");
        state.Pending &= ~one;
    }

    private enum Role
    {
        Outside,
        Serving,
        Releasing,
        InWait,
    }

    private sealed class State(TWord word, Phase phase, int threads)
    {
        public TWord Word = word;
        public Phase Phase = phase;
        public Events Pending;
        public Role[] Roles { get; private init; } = new Role[threads];
        public int[] Done { get; private init; } = new int[threads];

        public string Key
        {
            get
            {
                Span<byte> octets = stackalloc byte[Unsafe.SizeOf<TWord>()];
                Unsafe.WriteUnaligned(ref octets[0], Word);
                return $"{Convert.ToHexString(octets)} {Phase} {Pending} {string.Join(',', Roles)} "
                    + string.Join(',', Done);
            }
        }

        public State Copy() => new(Word, Phase, Roles.Length)
        {
            Pending = Pending,
            Roles = [.. Roles],
            Done = [.. Done],
        };
    }
}
