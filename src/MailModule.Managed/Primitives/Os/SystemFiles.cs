namespace MailModule.Primitives.Os;

/// <summary>Where the system keeps what is read of it.</summary>
internal static class SystemFiles
{
    /// <summary>hosts(5), which Windows has too.</summary>
    public static string Hosts { get; } = OperatingSystem.IsWindows()
        ? Environment.SystemDirectory + @"\drivers\etc\hosts"
        : "/etc/hosts";

    /// <summary>resolv.conf(5); null where there is none, and <see cref="NameServers{T}"/> know.</summary>
    public static string? ResolvConf { get; } = OperatingSystem.IsWindows() ? null : "/etc/resolv.conf";

    /// <summary>What swallows all and holds nothing.</summary>
    public static string Nothing { get; } = OperatingSystem.IsWindows() ? "NUL" : "/dev/null";
}
