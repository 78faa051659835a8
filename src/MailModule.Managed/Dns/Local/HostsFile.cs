using System.Net;

namespace MailModule.Dns.Local;

/// <summary>What hosts(5) says. Pure, and does not change.</summary>
internal sealed class HostsFile
{
    public static readonly HostsFile Empty = new();

    private static readonly char[] s_blanks = [' ', '\t', '\r'];

    private readonly Dictionary<string, List<IPAddress>> _addresses = [];
    private readonly Dictionary<IPAddress, string> _names = [];

    public static HostsFile Parse(string text)
    {
        var hosts = new HostsFile();
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split('#')[0].Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1 && IPAddress.TryParse(words[0], out IPAddress? address))
                hosts.Add(address, words.AsSpan(1));
        }
        return hosts;
    }

    /// <summary>All addresses of a name, of both families; null if the file does not know it.</summary>
    /// <param name="name">As <see cref="DnsName"/> normalizes it.</param>
    public IReadOnlyList<IPAddress>? AddressesOf(string name) => _addresses.GetValueOrDefault(name);

    /// <summary>The first name of the first line with an address; null if there is none.</summary>
    public string? NameOf(IPAddress address) => _names.GetValueOrDefault(address);

    private void Add(IPAddress address, ReadOnlySpan<string> names)
    {
        foreach (string text in names)
        {
            if (!DnsName.TryNormalize(text, out string name) || name.Length == 0)
                continue;
            _names.TryAdd(address, name);
            if (!_addresses.TryGetValue(name, out List<IPAddress>? addresses))
                _addresses.Add(name, addresses = []);
            if (!addresses.Contains(address))
                addresses.Add(address);
        }
    }
}
