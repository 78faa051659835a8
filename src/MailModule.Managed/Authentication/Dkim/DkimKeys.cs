using MailModule.Dns;
using MailModule.Primitives;

namespace MailModule.Authentication.Dkim;

/// <summary>
/// The private keys that the settings name, by their domains; those whose files have changed are read again. Any
/// thread; blocks as long as files take.
/// </summary>
/// <param name="places">The keys of this moment: the same object for the same settings. Cheap; any thread.</param>
internal sealed class DkimKeys(Func<IReadOnlyList<DkimKeyPlace>> places, Log log) : IDkimKeys
{
    private readonly Lock _lock = new();
    private IReadOnlyList<DkimKeyPlace>? _followed;
    private Dictionary<DkimKeyPlace, DkimKeyFile> _files = [];
    private Dictionary<string, DkimKeyFile[]> _byDomain = [];

    /// <summary>Whether any key is named. Touches no file.</summary>
    public bool IsAny => places().Count > 0;

    /// <summary>Whether all files hold keys that can be used: why not, or null.</summary>
    public string? TryLoad()
    {
        Follow(out _);
        lock (_lock)
            return _files.Values.Select(file => file.TryLoad()).FirstOrDefault(problem => problem is not null);
    }

    /// <summary>
    /// The keys of a domain, else of its nearest parent that has any, in the order of the settings; none that cannot be
    /// used: the log has it.
    /// </summary>
    /// <param name="domain">In ASCII or not, in any case.</param>
    public IReadOnlyList<DkimKey> Find(string domain)
        => [.. FilesOf(domain).Select(file => file.Current).OfType<DkimKey>()];

    public IReadOnlyList<string> NamesOf(string domain)
        => [.. FilesOf(domain).Select(file => file.Place.RecordName)];

    private DkimKeyFile[] FilesOf(string domain)
    {
        if (!IsAny || !DnsName.TryNormalize(domain, out string name))
            return [];
        Follow(out Dictionary<string, DkimKeyFile[]> byDomain);
        for (int dot; name.Length > 0; name = dot < 0 ? "" : name[(dot + 1)..])
        {
            if (byDomain.TryGetValue(name, out DkimKeyFile[]? files))
                return files;
            dot = name.IndexOf('.');
        }
        return [];
    }

    // Files that are named still are kept: they know what was read, and what was told.
    private void Follow(out Dictionary<string, DkimKeyFile[]> byDomain)
    {
        IReadOnlyList<DkimKeyPlace> now = places();
        lock (_lock)
        {
            if (!ReferenceEquals(now, _followed))
            {
                _files = now.Distinct().ToDictionary(
                    place => place, place => _files.GetValueOrDefault(place) ?? new DkimKeyFile(place, log));
                _byDomain = _files.GroupBy(one => one.Key.Domain, one => one.Value)
                    .ToDictionary(group => group.Key, group => group.ToArray());
                _followed = now;
            }
            byDomain = _byDomain;
        }
    }
}
