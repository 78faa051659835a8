using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>What the machine is called, without a question to the network.</summary>
internal static class MachineName
{
    /// <summary>With its domain where the system knows that; empty if the machine has no name.</summary>
    public static string Find()
        => OperatingSystem.IsWindows() && Machine.FullName() is { Length: > 0 } full
            ? full.ToLowerInvariant()
            : Environment.MachineName;
}
