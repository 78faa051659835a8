using System.Buffers;
using MailModule.Engine;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What an <c>mm_smtp_stepped</c> or <c>mm_pop3_stepped</c> stands for: a session, and the output that its last step
/// has given.
/// </summary>
internal abstract unsafe class SteppedHandle
{
    private readonly SteppedServerSession _session;
    private readonly nint _address;
    private MemoryHandle _output;
    private int _isFreed;

    private SteppedHandle(SteppedServerSession session)
    {
        _session = session;
        _address = HandleTable.Add(this);
    }

    /// <param name="make">The handle of a session.</param>
    public static Fault Open(
        StartedServer server, SteppedOptions options, Func<SteppedServerSession, SteppedHandle> make, out nint handle)
    {
        handle = 0;
        var fault = server.NewSteppedSession(options, out var session);
        if (fault != Fault.None)
            return fault;
        handle = make(session!)._address;
        if (handle != 0)
            return Fault.None;
        session!.Dispose();
        return HandleTable.TooMany;
    }

    public Fault Step(ReadOnlySpan<byte> octets, out nint output, out nuint length, out int wants)
    {
        (output, length, wants) = (0, 0, 0);
        var fault = _session.Step(octets, out var made, out var want);
        if (fault != Fault.None)
            return fault;
        _output.Dispose();
        _output = made.Pin();
        (output, length, wants) = ((nint)_output.Pointer, (nuint)made.Length, (int)want);
        return Fault.None;
    }

    public Fault BeginTls(string description) => _session.BeginTls(description);

    public int Timeout => _session.Timeout;

    public Fault Free()
    {
        var fault = _session.End();
        if (fault != Fault.None)
            return fault;
        if (Interlocked.Exchange(ref _isFreed, 1) != 0)
            return FaultReason.Because(Fault.Handle, "another thread has freed it");
        HandleTable.Remove(_address);
        _output.Dispose();
        return Fault.None;
    }

    internal sealed class Smtp(SteppedServerSession session) : SteppedHandle(session);

    internal sealed class Pop3(SteppedServerSession session) : SteppedHandle(session);
}
