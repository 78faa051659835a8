using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>
/// By WaitForMultipleObjects, on an event that interrupts and on one that the socket signals (WSAEventSelect). That one
/// is signalled by changes; what holds already is asked for beside it.
/// </summary>
internal sealed class WindowsWait : InterruptibleWait
{
    // A socket whose peer has ended is signalled for that again and again, and may lack room all the while.
    private const int AfterAnEnd = 10;

    // FD_WRITE comes only after a send that found no room, which a host that uses the socket too need not have made.
    private const int LongestForRoom = 500;

    private readonly nint _interrupted;
    private readonly nint _changed;

    private WindowsWait(nint interrupted, nint changed)
    {
        _interrupted = interrupted;
        _changed = changed;
    }

    public static WindowsWait? TryOpen()
    {
        nint interrupted = HandleCalls.NewEvent(), changed = HandleCalls.NewEvent();
        if (interrupted != 0 && changed != 0)
            return new WindowsWait(interrupted, changed);
        Close(interrupted);
        Close(changed);
        return null;
    }

    public override void Interrupt() => SocketEvents.Set(_interrupted);

    public override void Reset() => SocketEvents.Reset(_interrupted);

    public override void Dispose()
    {
        Close(_interrupted);
        Close(_changed);
    }

    protected override WokenBy WaitOnce(nint descriptor, WokenBy wanted, int milliseconds, out bool isBroken)
    {
        isBroken = false;
        if (descriptor == -1)
            return HandleCalls.Wait(_interrupted, milliseconds) ? WokenBy.Interrupt : WokenBy.Time;
        if ((wanted & WokenBy.Room) != 0 && milliseconds > LongestForRoom)
        {
            isBroken = true;
            milliseconds = LongestForRoom;
        }
        SocketEvents.Reset(_changed);
        SocketEvents.Select(descriptor, _changed, (wanted & WokenBy.Input) != 0, (wanted & WokenBy.Room) != 0);
        WokenBy woken = Look(descriptor, wanted);
        if (woken == WokenBy.Time)
            woken = SocketEvents.WaitForEither(_interrupted, _changed, milliseconds) switch
            {
                0 => WokenBy.Interrupt,
                1 => Changed(descriptor, wanted, milliseconds),
                _ => WokenBy.Time,
            };
        SocketEvents.Unselect(descriptor, _changed);
        return woken;
    }

    private WokenBy Look(nint descriptor, WokenBy wanted)
        => HandleCalls.Wait(_interrupted, 0) ? WokenBy.Interrupt : Ready(descriptor, wanted);

    /// <summary>
    /// A connection that was refused is no readiness everywhere: whoever tries hears of it, and where there is nothing
    /// to hear waits again.
    /// </summary>
    private WokenBy Changed(nint descriptor, WokenBy wanted, int milliseconds)
    {
        if (Ready(descriptor, wanted) is not WokenBy.Time and var ready)
            return ready;
        return HandleCalls.Wait(_interrupted, Math.Min(AfterAnEnd, milliseconds)) ? WokenBy.Interrupt : wanted;
    }

    private static WokenBy Ready(nint descriptor, WokenBy wanted)
        => SocketEvents.Poll(descriptor, (wanted & WokenBy.Input) != 0, (wanted & WokenBy.Room) != 0) switch
        {
            SocketEvents.Nothing => WokenBy.Time,
            SocketEvents.Readable => WokenBy.Input,
            SocketEvents.Writable => WokenBy.Room,
            SocketEvents.Readable | SocketEvents.Writable => WokenBy.Input | WokenBy.Room,
            _ => wanted,
        };

    private static void Close(nint handle)
    {
        if (handle != 0)
            NtFile.Close(handle);
    }
}
