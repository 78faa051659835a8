using MailModule.Delivery.Outgoing;
using MailModule.Engine;
using MailModule.Engine.Sending;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What an <c>mm_send</c> stands for. After <see cref="Free"/> nothing of the host is called any more: a callback that
/// runs is waited for, one that would begin does not.
/// </summary>
internal sealed unsafe class SendHandle : ISubmissionObserver
{
    /// <summary><c>MM_SEND_STATE_FINISHED</c>.</summary>
    private const int FinishedState = 8;

    /// <summary>The handle whose callback the calling thread is in.</summary>
    [ThreadStatic]
    private static SendHandle? t_inside;

    private readonly object _lock = new();
    private readonly delegate* unmanaged[Cdecl]<nint, SendEventLayout*, nint, void> _callback;
    private readonly nint _user;
    private readonly KeptResults _results = new();
    private ISending? _sending;
    private int _running;
    private bool _isStarted;
    private bool _isFinished;
    private bool _isFreed;

    private SendHandle(nint callback, nint user)
    {
        _callback = (delegate* unmanaged[Cdecl]<nint, SendEventLayout*, nint, void>)callback;
        _user = user;
    }

    public nint Address { get; private set; }

    /// <summary>What the calls that need nothing else work on.</summary>
    public ISending Sending => _sending!;

    /// <summary>Begins a message at the engine and makes its handle.</summary>
    public static Fault Open(
        MailEngine engine, SendOptions options, string from, nint callback, nint user, out nint handle)
    {
        handle = 0;
        var send = new SendHandle(callback, user);
        var fault = engine.NewSending(options, from, callback == 0 ? null : send, out send._sending);
        if (fault == Fault.None)
            fault = send.Register();
        handle = send.Address;
        return fault;
    }

    /// <summary>As <see cref="Open"/>, with the recipients of one mail, and its message if it is made here.</summary>
    /// <param name="text">Of a message that is made here; else empty.</param>
    public static Fault OpenMail(
        MailEngine engine, SendOptions options, MailDraft draft, ReadOnlySpan<byte> text, nint callback, nint user,
        out SendHandle handle)
    {
        handle = new SendHandle(callback, user);
        var fault = engine.NewMail(options, draft, text, callback == 0 ? null : handle, out handle._sending);
        return fault == Fault.None ? handle.Register() : fault;
    }

    public Fault SetReader(nint callback, nint user) => Sending.SetReader(buffer => Read(callback, user, buffer));

    public Fault Start()
    {
        if (Volatile.Read(ref _isStarted))
            return FaultReason.Because(Fault.State, "the message was started before");
        var fault = Sending.Start();
        Volatile.Write(ref _isStarted, fault == Fault.None);
        return fault;
    }

    public Fault Wait(TimeSpan timeout)
    {
        if (!Volatile.Read(ref _isStarted))
            return FaultReason.Because(Fault.State, "the message was not started");
        if (t_inside == this)
            return FaultReason.Because(Fault.State, "it would wait for the callback that it is called in");
        if (timeout > TimeSpan.Zero && !MailEngine.MayBlock)
            return Callbacks.MayNotBlock;
        return _callback == null ? Sending.Wait(timeout) : WaitForLastCallback(timeout);
    }

    public Fault Result(int recipient, nint place)
    {
        if (recipient < 0 || recipient >= Sending.RecipientCount)
            return FaultReason.Because(Fault.Argument, $"there is no recipient {recipient}");
        var fault = Layout.Check<SendResultLayout>(place);
        if (fault != Fault.None)
            return fault;
        // The texts go with the handle, so that none is made once the handle has gone.
        lock (_lock)
        {
            if (_isFreed)
                return Freed();
            _results.Write(recipient, Sending.Find(recipient), place);
        }
        return Fault.None;
    }

    public Fault Free()
    {
        lock (_lock)
        {
            if (_isFreed)
                return Freed();
            _isFreed = true;
        }
        HandleTable.Remove(Address);
        Sending.Cancel();
        WaitForCallbacks();
        Sending.Dispose();
        _results.Free();
        return Fault.None;
    }

    public void StateChanged(SubmissionState state, long value, int recipient)
    {
        var layout = new SendEventLayout
        {
            Octets = state == SubmissionState.Failed ? 0 : value,
            Recipient = recipient,
            State = (int)state,
        };
        if (state.IsFinal())
        {
            var result = Sending.Find(recipient).Result;
            layout.Error = -(int)(result?.Fault ?? Fault.None);
            layout.ReplyCode = result?.ReplyCode ?? 0;
        }
        Invoke(layout);
    }

    public void Finished()
    {
        Invoke(new SendEventLayout { Recipient = ISubmissionObserver.All, State = FinishedState });
        lock (_lock)
        {
            _isFinished = true;
            Monitor.PulseAll(_lock);
        }
    }

    private Fault Register()
    {
        Address = HandleTable.Add(this);
        if (Address != 0)
            return Fault.None;
        Sending.Dispose();
        return HandleTable.TooMany;
    }

    private static Fault Freed() => FaultReason.Because(Fault.Handle, "another thread has freed the message");

    private void Invoke(SendEventLayout layout)
    {
        if (!TryBeginCallback())
            return;
        layout.Size = (nuint)sizeof(SendEventLayout);
        var outer = t_inside;
        t_inside = this;
        using (Callbacks.Enter())
            _callback(Address, &layout, _user);
        t_inside = outer;
        EndCallback();
    }

    private int Read(nint callback, nint user, Span<byte> buffer)
    {
        if (!TryBeginCallback())
            return -1;
        nuint length = 0;
        int code;
        var outer = t_inside;
        t_inside = this;
        var read = (delegate* unmanaged[Cdecl]<nint, nuint, nuint*, nint, int>)callback;
        fixed (byte* place = buffer)
            using (Callbacks.Enter())
                code = read((nint)place, (nuint)buffer.Length, &length, user);
        t_inside = outer;
        EndCallback();
        return code == 0 && length <= (nuint)buffer.Length ? (int)length : -1;
    }

    private bool TryBeginCallback()
    {
        lock (_lock)
        {
            if (_isFreed)
                return false;
            _running++;
            return true;
        }
    }

    private void EndCallback()
    {
        lock (_lock)
        {
            _running--;
            Monitor.PulseAll(_lock);
        }
    }

    private Fault WaitForLastCallback(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (_lock)
        {
            while (!_isFinished && !_isFreed)
            {
                long left = deadline - Environment.TickCount64;
                if (left <= 0)
                    return FaultReason.Because(Fault.Timeout, "the message is still on its way");
                Monitor.Wait(_lock, (int)Math.Min(left, int.MaxValue));
            }
            return _isFreed ? Freed() : Fault.None;
        }
    }

    private void WaitForCallbacks()
    {
        int own = t_inside == this ? 1 : 0;
        lock (_lock)
        {
            Monitor.PulseAll(_lock);
            while (_running > own)
                Monitor.Wait(_lock);
        }
    }
}
