using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>By poll(2), on the socket and on an eventfd that interrupts.</summary>
internal sealed unsafe partial class PollWait : InterruptibleWait
{
    private const short ToRead = 1, ToWrite = 4;
    private const int CloseOnExec = 0x80000, NonBlocking = 0x800; // EFD_CLOEXEC, EFD_NONBLOCK
    private readonly int _event;

    private PollWait(int descriptor)
    {
        _event = descriptor;
        UnsharedDescriptors.Add(descriptor);
    }

    public static PollWait? TryOpen() => eventfd(0, CloseOnExec | NonBlocking) is >= 0 and var descriptor
        ? new PollWait(descriptor)
        : null;

    public override void Interrupt()
    {
        ulong one = 1;
        _ = write(_event, &one, sizeof(ulong));
    }

    public override void Reset()
    {
        ulong count;
        _ = read(_event, &count, sizeof(ulong));
    }

    public override void Dispose()
    {
        UnsharedDescriptors.Remove(_event);
        _ = close(_event);
    }

    protected override WokenBy WaitOnce(nint descriptor, WokenBy wanted, int milliseconds, out bool isBroken)
    {
        // What is below zero is passed over.
        Entry* entries = stackalloc Entry[2];
        entries[0] = new Entry { Descriptor = _event, Asked = ToRead };
        entries[1] = new Entry { Descriptor = (int)descriptor, Asked = EventsOf(wanted) };
        int count = poll(entries, 2, milliseconds);
        isBroken = count < 0;
        if (count <= 0)
            return WokenBy.Time;
        WokenBy found = entries[0].Found != 0 ? WokenBy.Interrupt : WokenBy.Time;
        short there = entries[1].Found;
        if ((there & ~(ToRead | ToWrite)) != 0)
            return found | wanted; // an error, or the end of both directions: whoever tries hears of it
        return found | ((there & ToRead) != 0 ? WokenBy.Input : 0) | ((there & ToWrite) != 0 ? WokenBy.Room : 0);
    }

    private static short EventsOf(WokenBy wanted)
        => (short)(((wanted & WokenBy.Input) != 0 ? ToRead : 0) | ((wanted & WokenBy.Room) != 0 ? ToWrite : 0));

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public int Descriptor;
        public short Asked, Found;
    }

    [LibraryImport("libc")]
    private static partial int poll(Entry* entries, nuint count, int milliseconds);

    [LibraryImport("libc")]
    private static partial int eventfd(uint value, int flags);

    [LibraryImport("libc")]
    private static partial nint read(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
