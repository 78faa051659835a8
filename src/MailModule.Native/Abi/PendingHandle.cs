using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>What an <c>mm_pending</c> stands for. The first answer ends the handle, whatever came of it.</summary>
internal sealed class PendingHandle
{
    private readonly nint _address;
    private int _isAnswered;

    private PendingHandle(PendingAnswer answer)
    {
        Owed = answer;
        _address = HandleTable.Add(this);
    }

    public PendingAnswer Owed { get; }

    /// <summary>Puts off the answer of the handler that runs.</summary>
    public static Fault Open(IHandledSession session, TimeSpan timeout, int verdict, out nint handle)
    {
        handle = 0;
        var fault = session.Defer(timeout, verdict, out var answer);
        if (fault != Fault.None)
            return fault;
        handle = new PendingHandle(answer!)._address;
        return handle != 0 ? Fault.None : HandleTable.TooMany;
    }

    public Fault Answer(int verdict)
    {
        if (!IsVerdict(verdict))
            return FaultReason.Because(Fault.Argument, $"{verdict} is no verdict that can be given now");
        if (Interlocked.Exchange(ref _isAnswered, 1) != 0)
            return FaultReason.Because(Fault.Handle, "another thread has answered");
        HandleTable.Remove(_address);
        return Owed.Answer(verdict);
    }

    /// <summary>A verdict that <c>mm_pending_answer</c> takes.</summary>
    public static bool IsVerdict(int verdict)
        => verdict is (>= HandlerVerdict.Continue and <= HandlerVerdict.Error and not HandlerVerdict.Pending)
            or (>= 200 and <= 599);
}
