using MailModule.Engine.Retrieving;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What an <c>mm_fetch</c> stands for, with the texts of its last result. The lock is for hosts that use it from two
/// threads all the same.
/// </summary>
internal sealed class FetchHandle
{
    private readonly Lock _lock = new();
    private readonly Fetching _fetching;
    private readonly FetchLook _look;
    private nint _texts;
    private bool _isClosed;

    private FetchHandle(Fetching fetching, FetchLook look)
    {
        (_fetching, _look) = (fetching, look);
        Address = HandleTable.Add(this);
    }

    private nint Address { get; }

    public static Fault Open(Fetching fetching, FetchLook look, out nint handle)
    {
        handle = new FetchHandle(fetching, look).Address;
        if (handle != 0)
            return Fault.None;
        fetching.Cancel(look);
        return HandleTable.TooMany;
    }

    public Fault Wait(TimeSpan timeout)
        => _look.Wait(timeout) ? Fault.None
            : FaultReason.Because(Fault.Timeout, "the look goes on");

    public void Cancel() => _fetching.Cancel(_look);

    /// <param name="place">A checked <c>mm_fetch_result</c>.</param>
    public Fault Write(nint place)
    {
        lock (_lock)
        {
            if (_isClosed)
                return IsClosed;
            FetchResultLayout result = FetchResultLayout.Of(_look.Result, out nint texts);
            Text.Free(_texts);
            _texts = texts;
            Layout.Write(place, result);
            return Fault.None;
        }
    }

    public Fault Close()
    {
        lock (_lock)
        {
            if (_isClosed)
                return IsClosed;
            _isClosed = true;
            HandleTable.Remove(Address);
            Text.Free(_texts);
            _texts = 0;
            return Fault.None;
        }
    }

    private static Fault IsClosed => FaultReason.Because(Fault.Handle, "another thread has freed it");
}
