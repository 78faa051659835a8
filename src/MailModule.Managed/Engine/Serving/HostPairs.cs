using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// The certificates of the setting tls_host, by the names that they are for. Made anew when the settings change; pairs
/// whose files are named still are kept. Not for two threads at once.
/// </summary>
internal sealed class HostPairs(Log log)
{
    private readonly Dictionary<string, (PairFiles Files, WatchedPair Pair)> _byName = [];
    private Dictionary<PairFiles, WatchedPair> _pairs = [];
    private List<WatchedPair> _dropped = []; // a handshake that has begun may use one still
    private int? _version;

    /// <summary>Whether all of them can be used; see <see cref="TlsServerSettings.TryLoad"/>.</summary>
    public Fault TryLoad(SettingValues values, out string? text)
    {
        Follow(values);
        text = null;
        Fault fault = Fault.None;
        foreach ((PairFiles files, WatchedPair pair) in _pairs)
            if (fault == Fault.None)
                fault = pair.TryRenew(values, files, out text);
        return fault;
    }

    /// <summary>What a client that asks for this name is shown; null: there is nothing for it that can be used.
    /// </summary>
    public TlsServerSettings? Find(SettingValues values, string name)
    {
        Follow(values);
        if (_byName.Count == 0)
            return null;
        // RFC 9525 §6.3: a wildcard stands for one whole left-most label
        int dot = name.IndexOf('.');
        bool isFound = _byName.TryGetValue(name, out (PairFiles Files, WatchedPair Pair) found)
            || dot > 0 && _byName.TryGetValue($"*{name[dot..]}", out found);
        return isFound ? found.Pair.Current(values, found.Files, out _) : null;
    }

    public void End()
    {
        foreach (WatchedPair pair in _pairs.Values.Concat(_dropped))
            pair.End();
    }

    private void Follow(SettingValues values)
    {
        if (_version == values.Version)
            return;
        _version = values.Version;
        Dictionary<PairFiles, WatchedPair> before = _pairs;
        _pairs = [];
        _byName.Clear();
        foreach (TlsHost host in values.TlsHosts)
        {
            if (!_pairs.TryGetValue(host.Files, out WatchedPair? pair))
                _pairs[host.Files] = pair = before.GetValueOrDefault(host.Files) ?? new WatchedPair(log);
            foreach (string name in host.Names)
                _byName[name] = (host.Files, pair); // of two the later counts
        }
        Drop([.. before.Where(one => !_pairs.ContainsKey(one.Key)).Select(one => one.Value)]);
    }

    private void Drop(List<WatchedPair> pairs)
    {
        if (pairs.Count == 0)
            return;
        foreach (WatchedPair pair in _dropped)
            pair.End();
        _dropped = pairs;
    }
}
