using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Spool;

/// <summary>
/// The spool as a write-ahead log on the local disk (docs/spool-states.md). Any thread may call, where the contract
/// does not say otherwise.
/// </summary>
internal sealed class LogSpool : ISpool
{
    // What a message of unknown length is taken to need.
    private const long LeastRoom = 16 * 1024;

    private const int NoteLimit = 1024 * 1024;

    private readonly IDisposable _lock;
    private readonly EntryHandover _handover;
    private readonly Committer _committer;

    internal LogSpool(SpoolOptions options, IDisposable held, BodyFolder bodies, IDiskDirectory directory,
        RecoveredLog log)
    {
        _lock = held;
        Options = options;
        Bodies = bodies;
        Damaged = log.Damaged;
        Space = new FreeSpace(options.Disk, options.Directory, options.Log);
        Memory = new MemoryBudget(options.MemoryLimit);
        _handover = new EntryHandover(options, log.Entries);
        _committer = new Committer(
            options, new SegmentSet(options, Space, directory, log), Space, bodies, Memory, _handover);
    }

    /// <summary>Records that the start found damaged.</summary>
    public int Damaged { get; }

    /// <summary>Calls of fdatasync on the log so far.</summary>
    public long Syncs => _committer.Syncs;

    public string Folder => Options.Directory;

    /// <summary>Messages made durable so far; with <see cref="Syncs"/>: how many share one.</summary>
    public long Messages => _committer.Messages;

    internal SpoolOptions Options { get; }
    internal BodyFolder Bodies { get; }
    internal FreeSpace Space { get; }
    internal MemoryBudget Memory { get; }
    internal MessageIds Ids { get; } = new();

    /// <summary>Opens the spool, makes it if it is not there, and recovers what is in it. Blocks.</summary>
    /// <param name="problem">What is wrong, for a human; empty if nothing is.</param>
    /// <returns><see cref="Fault.Locked"/> if another engine has it, <see cref="Fault.NotSupported"/> if a later
    /// version wrote it,
    /// <see cref="Fault.Full"/>, <see cref="Fault.Io"/>.</returns>
    public static Fault Open(SpoolOptions options, out LogSpool? spool, out string problem)
    {
        Fault fault = new SpoolOpening(options).Run(out spool, out problem);
        if (fault != Fault.None || spool!._committer.Start())
            return fault;
        spool.Dispose();
        (spool, problem) = (null, OwnThread.Shortage);
        return Fault.Memory;
    }

    public void Start(ISpoolConsumer? local, ISpoolConsumer? remote) => _handover.Start(local, remote);

    public void GiveBack(ISpoolConsumer consumer, ISpoolEntry entry, DateTimeOffset notBefore)
    {
        _handover.GiveBack(consumer, (SpoolEntry)entry, notBefore);
        _committer.Wake();
    }

    public IReadOnlyList<ISpoolEntry> HeldFor(ISpoolConsumer consumer) => _handover.HeldFor(consumer);

    public ISpoolEntry? FindHeld(ISpoolConsumer consumer, string id) => _handover.FindHeld(consumer, id);

    public Fault TryBegin(Envelope envelope, long expectedLength, out ISpoolWriter writer)
    {
        writer = null!;
        if (!Space.TryPromise(SpoolWriter.FirstPromise, Math.Max(expectedLength, LeastRoom)))
            return Fault.Full;
        writer = new SpoolWriter(this, envelope, expectedLength);
        return Fault.None;
    }

    public bool HasRoomFor(long octets) => Space.HasRoomFor(octets);

    public void MarkDone(ISpoolEntry entry, ReadOnlySpan<int> recipients, bool soon = false)
        => _committer.MarkDone((SpoolEntry)entry, recipients, soon);

    public void Annotate(ISpoolEntry entry, ReadOnlyMemory<byte> note)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(note.Length, NoteLimit);
        _committer.Annotate((SpoolEntry)entry, note.ToArray());
    }

    public Fault Flush()
    {
        var flush = new FlushRequest();
        _committer.Enqueue(flush);
        return flush.Wait();
    }

    /// <summary>As <see cref="Flush"/>, and carries all forward that waits in mostly dead segments, which else happens
    /// by and by. Blocks.</summary>
    public Fault Compact()
    {
        var flush = new FlushRequest(moves: true);
        _committer.Enqueue(flush);
        return flush.Wait();
    }

    /// <summary>Commits what was handed in, writes all marks and gives the lock back. What is committed later is
    /// <see cref="Fault.Cancelled"/>.</summary>
    public void Dispose()
    {
        _committer.Dispose();
        Bodies.Dispose();
        _lock.Dispose();
    }

    internal void Enqueue(LogRequest request) => _committer.Enqueue(request);
}
