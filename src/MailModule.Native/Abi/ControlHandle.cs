using MailModule.Engine.Control;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>What an <c>mm_control</c> stands for.</summary>
internal sealed class ControlHandle
{
    private bool _isClosed;

    private ControlHandle(ControlClient client)
    {
        Client = client;
        Address = HandleTable.Add(this);
    }

    public ControlClient Client { get; }

    public nint Address { get; }

    public static Fault Open(string path, out nint handle)
    {
        handle = 0;
        var fault = ControlClient.Open(path, out var client);
        if (fault != Fault.None)
            return fault;
        handle = new ControlHandle(client!).Address;
        if (handle != 0)
            return Fault.None;
        client!.Dispose();
        return HandleTable.TooMany;
    }

    public Fault Close()
    {
        if (Interlocked.Exchange(ref _isClosed, true))
            return FaultReason.Because(Fault.Handle, "another thread has closed it");
        HandleTable.Remove(Address);
        Client.Dispose();
        return Fault.None;
    }
}
