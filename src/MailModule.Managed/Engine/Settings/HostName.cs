using MailModule.Primitives.Os;

namespace MailModule.Engine.Settings;

/// <summary>
/// The machine's full name, without a question to the network: as it is set, else as the hosts file completes it.
/// </summary>
internal static class HostName
{
    private const int SizeLimit = 16 * 1024 * 1024;

    public static string Find() => Find(MachineName.Find(), ReadHosts());

    public static string Find(string name, IEnumerable<string> hosts)
    {
        if (name.Length == 0)
            return "localhost";
        if (name.Contains('.'))
            return name;
        return hosts.Select(line => FullNameIn(line, name)).FirstOrDefault(full => full is not null) ?? name;
    }

    private static string? FullNameIn(string line, string name)
    {
        string[] words = line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return Array.Find(words, word => word.StartsWith(name + ".", StringComparison.OrdinalIgnoreCase));
    }

    private static string[] ReadHosts()
    {
        try
        {
            return TextFile.Read(SystemFiles.Hosts, SizeLimit).Split('\n', StringSplitOptions.TrimEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return [];
        }
    }
}
