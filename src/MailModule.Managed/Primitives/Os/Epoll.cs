using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>
/// Linux's epoll: tells by tags which descriptors have become ready, once for each change (edge-triggered). Adding and
/// removing: any thread; waiting: one thread.
/// </summary>
internal sealed unsafe partial class Epoll : IDisposable
{
    private const int BatchSize = 64;
    private const int CloseOnExec = 0x80000;
    private const int ToAdd = 1;
    private const int ToDelete = 2;
    private const uint In = 0x1, Out = 0x4, Error = 0x8, HungUp = 0x10, PeerEnded = 0x2000, Edge = 1u << 31;

    // struct epoll_event is packed on x86 alone.
    private static readonly int s_tagOffset =
        RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    private readonly int _descriptor;
    private readonly byte[] _events = GC.AllocateArray<byte>(BatchSize * 16, pinned: true);

    private Epoll(int descriptor) => _descriptor = descriptor;

    /// <summary>The system is one that has it.</summary>
    public static bool IsOfSystem => OperatingSystem.IsLinux();

    /// <summary>Null where there is none to be had.</summary>
    public static Epoll? TryCreate()
    {
        if (!IsOfSystem)
            return null;
        int descriptor = epoll_create1(CloseOnExec);
        return descriptor < 0 ? null : new Epoll(descriptor);
    }

    /// <summary>
    /// Watches a descriptor; the first event comes as soon as it can be written to. False if the system refuses.
    /// </summary>
    public bool TryAdd(nint descriptor, ulong tag)
    {
        byte* change = stackalloc byte[16];
        *(uint*)change = In | Out | PeerEnded | Edge;
        *(ulong*)(change + s_tagOffset) = tag;
        return epoll_ctl(_descriptor, ToAdd, (int)descriptor, change) == 0;
    }

    /// <summary>An event that <see cref="Wait"/> has fetched already may still come.</summary>
    public void Remove(nint descriptor) => _ = epoll_ctl(_descriptor, ToDelete, (int)descriptor, null);

    /// <summary>Only while no thread waits.</summary>
    public void Dispose() => _ = close(_descriptor);

    /// <summary>Blocks until something is ready; how many events there are (0: ask again).</summary>
    public int Wait() => WaitAtMost(-1);

    /// <summary>What is ready now.</summary>
    public int Poll() => WaitAtMost(0);

    private int WaitAtMost(int timeout)
    {
        fixed (byte* events = _events)
            return Math.Max(epoll_wait(_descriptor, events, BatchSize, timeout), 0);
    }

    /// <summary>One event of the last <see cref="Wait"/>.</summary>
    public EpollEvent EventAt(int index)
    {
        ReadOnlySpan<byte> one = _events.AsSpan(index * (s_tagOffset + 8));
        uint what = MemoryMarshal.Read<uint>(one);
        bool isAtEnd = (what & (Error | HungUp | PeerEnded)) != 0;
        bool isReadable = isAtEnd || (what & In) != 0;
        return new EpollEvent(MemoryMarshal.Read<ulong>(one[s_tagOffset..]), isReadable, (what & Out) != 0, isAtEnd)
        {
            IsBroken = (what & (Error | HungUp)) != 0,
        };
    }

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc")]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, byte* change);

    [LibraryImport("libc")]
    private static partial int epoll_wait(int epoll, byte* events, int most, int timeout);
}

/// <summary>What has become of a descriptor.</summary>
/// <param name="IsReadable">There is something to read: octets, an end or an error.</param>
/// <param name="IsAtEnd">The octets that are there are the last, or an error follows them: no further event tells of
/// that.</param>
internal readonly record struct EpollEvent(ulong Tag, bool IsReadable, bool IsWritable, bool IsAtEnd)
{
    /// <summary>Nothing goes either way any more: a connected socket has been reset.</summary>
    public bool IsBroken { get; init; }
}
