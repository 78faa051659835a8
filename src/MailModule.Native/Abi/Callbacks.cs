using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Whether the calling thread is inside a callback of the host.</summary>
internal static class Callbacks
{
    [ThreadStatic]
    private static int s_depth;

    /// <summary>Inside any callback: what would wait for the callback's own end is refused.</summary>
    public static bool Inside => s_depth > 0;

    /// <summary>
    /// Inside a log callback: everything but the log's own setting is refused, for the line may come from the middle of
    /// another call.
    /// </summary>
    [field: ThreadStatic]
    public static bool InsideLog { get; set; }

    /// <summary>The answer to what would wait for the callback that it is called in.</summary>
    public static Fault MayNotWait
        => FaultReason.Because(Fault.State, "inside a callback it might wait for that callback's own end");

    /// <summary>The answer to what would block the thread that serves all connections.</summary>
    public static Fault MayNotBlock
        => FaultReason.Because(Fault.State, "inside a callback it would block: the setting callback_inline is on");

    /// <summary>Marks the thread until the result is disposed of.</summary>
    public static Scope Enter()
    {
        s_depth++;
        return default;
    }

    /// <summary>
    /// Marks the thread of a call of the host's own, in the middle of which it is called back: what the call has to say
    /// of its failure is not forgotten over what the callback does.
    /// </summary>
    public static InsideCall EnterInsideCall()
    {
        s_depth++;
        return new InsideCall(FaultReason.Current);
    }

    public readonly ref struct InsideCall((Fault Fault, string? Text) reason)
    {
        private readonly (Fault Fault, string? Text) _reason = reason;

        public void Dispose()
        {
            s_depth--;
            FaultReason.Because(_reason.Fault, _reason.Text);
        }
    }

    public readonly ref struct Scope
    {
        public void Dispose() => s_depth--;
    }
}
