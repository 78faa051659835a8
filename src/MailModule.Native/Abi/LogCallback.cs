using System.Runtime.InteropServices;
using MailModule.Engine;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// The host's log callback for one engine. The lock keeps calls apart and makes a replacement final: when
/// <see cref="Set"/> has returned, the former callback is not running. The same thread may enter again, from inside the
/// callback.
/// </summary>
internal sealed unsafe class LogCallback
{
    private const int OnStack = 1024;

    private readonly Lock _lock = new();
    private nint _callback;
    private nint _user;

    public void Set(MailEngine engine, LogLevel level, nint callback, nint user)
    {
        lock (_lock)
        {
            _callback = callback;
            _user = user;
        }
        engine.SetLogSink(callback == 0 ? null : Write, level);
    }

    private void Write(LogLevel level, string area, string text)
    {
        int size = Text.SizeOf(area) + Text.SizeOf(text);
        byte* onStack = stackalloc byte[size <= OnStack ? size : 1];
        byte* texts = size <= OnStack ? onStack : (byte*)NativeMemory.Alloc((nuint)size);
        byte* second = Text.Write(area, texts, size);
        Text.Write(text, second, (int)(texts + size - second));
        lock (_lock)
            Call(level, texts, second);
        if (texts != onStack)
            NativeMemory.Free(texts);
    }

    private void Call(LogLevel level, byte* area, byte* text)
    {
        if (_callback == 0 || Callbacks.InsideLog)
            return;
        // The line may come from the middle of a call that has found out by now why it fails.
        var reason = FaultReason.Current;
        Callbacks.InsideLog = true;
        using (Callbacks.Enter())
            Shim.CallLog(_callback, (int)level, area, text, _user);
        Callbacks.InsideLog = false;
        FaultReason.Because(reason.Fault, reason.Text);
    }
}
