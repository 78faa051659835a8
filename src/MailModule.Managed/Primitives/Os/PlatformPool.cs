namespace MailModule.Primitives.Os;

/// <summary>
/// The platform's pool of threads. Nothing of ours runs there by intent; but what is awaited and comes to its end in
/// the very moment in which the wait is registered goes on there. The pool takes its first two threads when it is first
/// used, and where the system gives none then, the process ends. So they are made at the start, and stay.
/// </summary>
internal static class PlatformPool
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    /// <summary>False: the system gives no thread; a later call tries again.</summary>
    public static bool TryStart()
    {
        AppContext.SetData("System.Threading.ThreadPool.ThreadsToKeepAlive", "1");
        try
        {
            var hasRun = new ManualResetEventSlim();
            ThreadPool.UnsafeQueueUserWorkItem(static hasRun => ((ManualResetEventSlim)hasRun!).Set(), hasRun);
            return hasRun.Wait(s_longest);
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }
    }
}
