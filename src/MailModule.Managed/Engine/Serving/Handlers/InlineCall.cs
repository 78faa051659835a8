using MailModule.Transport;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// Calls of the host on a thread that serves sessions (<c>callback_inline</c>): inside, nothing of ours waits.
/// </summary>
internal static class InlineCall
{
    [ThreadStatic]
    private static bool t_isInside;

    /// <summary>The calling thread is inside a callback that must not block.</summary>
    public static bool IsInside => t_isInside;

    /// <summary>A call begins; it ends when what this returns is disposed of.</summary>
    public static Scope Begin(bool isInline)
    {
        if (isInline)
            Workers.WakeForBatch(); // what the host may wait for in spite of its promise is under way at least
        var scope = new Scope(t_isInside);
        t_isInside = isInline;
        return scope;
    }

    internal readonly ref struct Scope(bool was)
    {
        public void Dispose() => t_isInside = was;
    }
}
