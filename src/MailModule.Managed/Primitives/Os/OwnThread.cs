namespace MailModule.Primitives.Os;

/// <summary>
/// A thread of ours. It is born with all signals blocked, and has a stack of its own size, whatever the host's limit
/// for stacks is.
/// </summary>
internal static class OwnThread
{
    /// <summary>Why none was started.</summary>
    public static readonly string Shortage = OperatingSystem.IsWindows()
        ? "the system gives no thread (a job object's limit, or no memory for its stack)"
        : "the system gives no thread (RLIMIT_NPROC, a container's limit, or no memory for its stack)";

    private const int StackSize = 1024 * 1024;

    /// <summary>Null: the system gives no thread, or no memory for one.</summary>
    /// <param name="name">What the system shows; 15 characters at most.</param>
    /// <param name="body">Must not throw.</param>
    public static Thread? TryStart(string name, Action body)
    {
        try
        {
            var thread = new Thread(() => Run(name, body), StackSize) { IsBackground = true };
            Signals.WithAllBlocked(thread.UnsafeStart);
            return thread;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return null;
        }
    }

    private static void Run(string name, Action body)
    {
        Signals.BlockAll();
        ThreadName.Set(name);
        body();
    }
}
