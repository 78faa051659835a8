using System.Globalization;

namespace MailModule.Primitives.Os;

/// <summary>Ports that need a right of their own.</summary>
internal static class LowPorts
{
    private const int Usual = 1024;
    private const int BindCapability = 10;
    private const int SizeLimit = 64 * 1024;

    /// <summary>Whether this process may listen on a port.</summary>
    public static bool MayUse(int port) => !OperatingSystem.IsLinux() || port >= First || HasRight;

    private static int First
        => int.TryParse(
            Read("/proc/sys/net/ipv4/ip_unprivileged_port_start"), NumberStyles.None, CultureInfo.InvariantCulture,
            out int first)
            ? first
            : Usual;

    private static bool HasRight
    {
        get
        {
            const string Name = "CapEff:";
            string line = Array.Find(Read("/proc/self/status").Split('\n'), one => one.StartsWith(Name)) ?? "";
            string digits = line.Length > Name.Length ? line[Name.Length..].Trim() : "";
            return ulong.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong rights)
                ? (rights >> BindCapability & 1) != 0
                : FileOwner.Us.User == FileOwner.Root;
        }
    }

    private static string Read(string path)
    {
        try
        {
            return TextFile.Read(path, SizeLimit).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return "";
        }
    }
}
