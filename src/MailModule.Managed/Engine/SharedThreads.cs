using MailModule.Dns.Local;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>
/// The threads that all engines of the process share: made at its first use, for later there may be none to be had.
/// They stay.
/// </summary>
public static class SharedThreads
{
    /// <summary>Starts those that do not run yet; null, or why not all could be started.</summary>
    public static string? Start()
    {
        bool hasPollers = Poller.TryStart();
        if (!TimerThread.Shared.TryStart() || !PlatformPool.TryStart() || (!hasPollers && Epoll.IsOfSystem))
            return $"{OwnThread.Shortage}, or no descriptor";
        if (hasPollers && !ServerResolver.NeedsSocketEngine)
            SocketEngine.DoWithout();
        SocketEngine.Prepare();
        return null;
    }
}
