using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>What the system still has to send for a socket.</summary>
internal static class SocketOutput
{
    /// <summary>
    /// Before a socket is closed that the peer takes nothing from: the system lets go of the octets it was given.
    /// Closing does that too; but wine's server ends itself when a socket goes with a call that waits for room.
    /// </summary>
    public static void Cancel(nint descriptor)
    {
        if (OperatingSystem.IsWindows())
            PendingCalls.Cancel(descriptor);
    }
}
