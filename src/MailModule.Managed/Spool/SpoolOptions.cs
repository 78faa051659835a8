using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Spool;

/// <summary>What a <see cref="LogSpool"/> needs to know.</summary>
internal sealed class SpoolOptions
{
    /// <summary>The spool's directory; made, with its parents, if need be.</summary>
    public required string Directory { get; init; }

    /// <summary>Runs what may block (large bodies) on a worker.</summary>
    public required Action<IJob> RunJob { get; init; }

    public IDisk Disk { get; init; } = Primitives.Os.Disk.Real;
    public Log Log { get; init; } = Log.None;
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Bodies longer than this, in octets at rest, get a file of their own.</summary>
    public int InlineLimit { get; init; } = 64 * 1024;

    /// <summary>Octets of a segment at most; less on a small disk.</summary>
    public int SegmentLimit { get; init; } = 16 * 1024 * 1024;

    /// <summary>Octets of small bodies that stay in memory until they are delivered; beyond it they are read back from
    /// the log.</summary>
    public long MemoryLimit { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// Body files that stay open at once; 0: a quarter of the process's descriptors. More are open only while something
    /// is written to them.
    /// </summary>
    public int BodyFileLimit { get; init; }

    /// <summary>How long a segment is closed before what waits in it may be carried forward.</summary>
    public TimeSpan MoveAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long marks wait for a message to be written with, when there is none.</summary>
    public TimeSpan MarkRest { get; init; } = TimeSpan.FromSeconds(1);
}
