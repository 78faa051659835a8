using MailModule.Primitives;

namespace MailModule.Engine.Connecting;

/// <summary>One thread at a time in the calls of a client; another, or the same once more, is told so.</summary>
/// <param name="cancelName">The function of the C edge that may be called all the same.</param>
internal sealed class CallGate(string cancelName)
{
    private int _threadInside;

    /// <summary><see cref="Fault.State"/>, with the reason; else <see cref="Leave"/> ends it.</summary>
    public Fault Enter()
    {
        int own = Environment.CurrentManagedThreadId;
        int inside = Interlocked.CompareExchange(ref _threadInside, own, 0);
        return inside == 0 ? Fault.None : FaultReason.Because(Fault.State, inside == own
            ? $"inside a callback of this handle nothing but {cancelName} may be called for it"
            : "another thread is in a call of this handle");
    }

    public void Leave() => Volatile.Write(ref _threadInside, 0);
}
