using System.Text;

namespace MailModule.Authentication.Dmarc;

/// <summary>
/// A DMARC Policy Record (RFC 9989 §4.7, §4.8): tags and values; what is unknown or wrong in it counts for nothing. A
/// tag that stands twice has no value, for RFC 6376 §3.2 has none twice. pct=, rf= and ri= are gone. A value.
/// </summary>
internal sealed record DmarcRecord
{
    private const string Version = "DMARC1";

    /// <summary>p=; null: it is missing or wrong.</summary>
    public DmarcPolicy? Policy { get; private init; }

    /// <summary>sp=, for domains below; null as for <see cref="Policy"/>.</summary>
    public DmarcPolicy? SubdomainPolicy { get; private init; }

    /// <summary>np=, for domains below that do not exist; null as for <see cref="Policy"/>.</summary>
    public DmarcPolicy? NonexistentPolicy { get; private init; }

    /// <summary>adkim=s.</summary>
    public bool IsDkimStrict { get; private init; }

    /// <summary>aspf=s.</summary>
    public bool IsSpfStrict { get; private init; }

    /// <summary>t=y.</summary>
    public bool IsTesting { get; private init; }

    public PsdFlag Psd { get; private init; }

    /// <summary>
    /// RFC 9989 §4.10.1: false where p= is missing or wrong, or sp= or np= is wrong, and nobody is named in rua=
    /// either: then DMARC is not for these messages.
    /// </summary>
    public bool IsUsable => !IsPolicyWrong || HasReportAddress;

    /// <summary>rua= has a URI that is one.</summary>
    public bool HasReportAddress { get; private init; }

    private bool IsPolicyWrong { get; init; }

    /// <summary>Reads the text of a TXT record; false: it is no DMARC record.</summary>
    public static bool TryParse(string text, out DmarcRecord record)
    {
        record = new DmarcRecord();
        string[] parts = text.Split(';');
        // RFC 9989 §4.7: v= is the first tag, its value is case sensitive, and without it all is ignored.
        if (!TrySplit(parts[0], out string name, out string version) || name != "v" || version != Version)
            return false;
        var tags = new Dictionary<string, string>();
        foreach (string part in parts.AsSpan(1))
            if (TrySplit(part, out name, out string value))
                tags[name] = tags.ContainsKey(name) ? "" : value;
        record = Of(tags);
        return true;
    }

    /// <summary>What it asks for, for the domain that it stands at or one below, before t= is looked at.</summary>
    public DmarcPolicy PolicyFor(bool isBelow, bool exists)
    {
        // RFC 9989 §4.10.1: as if p=none were all
        if (IsPolicyWrong)
            return DmarcPolicy.None;
        DmarcPolicy own = Policy ?? DmarcPolicy.None;
        if (!isBelow)
            return own;
        DmarcPolicy below = SubdomainPolicy ?? own;
        return exists ? below : NonexistentPolicy ?? below;
    }

    /// <summary>RFC 9989 §4.7: with t=y one step below what is asked for.</summary>
    public DmarcPolicy Applied(DmarcPolicy asked)
        => IsTesting && asked != DmarcPolicy.None ? asked - 1 : asked;

    private static DmarcRecord Of(Dictionary<string, string> tags)
    {
        bool isWrong = !TryReadPolicy(tags, "p", out DmarcPolicy? own) | own is null;
        isWrong |= !TryReadPolicy(tags, "sp", out DmarcPolicy? below);
        isWrong |= !TryReadPolicy(tags, "np", out DmarcPolicy? missing);
        return new DmarcRecord
        {
            Policy = own,
            SubdomainPolicy = below,
            NonexistentPolicy = missing,
            IsPolicyWrong = isWrong,
            IsDkimStrict = Is(tags, "adkim", "s"),
            IsSpfStrict = Is(tags, "aspf", "s"),
            IsTesting = Is(tags, "t", "y"),
            Psd = Is(tags, "psd", "y") ? PsdFlag.PublicSuffix
                : Is(tags, "psd", "n") ? PsdFlag.Organizational : PsdFlag.Unknown,
            HasReportAddress = tags.TryGetValue("rua", out string? list) && list.Split(',').Any(ReportUri.IsUri),
        };
    }

    /// <summary>
    /// RFC 9989 §4.8 has names of tags as ABNF has texts (RFC 5234 §2.3): case does not matter, but that of DMARC1.
    /// </summary>
    private static bool TrySplit(string part, out string name, out string value)
    {
        int sign = part.IndexOf('=');
        name = sign < 0 ? "" : part[..sign].Trim(' ', '\t').ToLowerInvariant();
        value = part[(sign + 1)..].Trim(' ', '\t');
        return name.Length > 0 && !name.AsSpan().ContainsAnyExceptInRange('a', 'z') && IsPrintable(value);
    }

    private static bool IsPrintable(string value)
        => value.Length > 0 && !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static bool Is(Dictionary<string, string> tags, string name, string value)
        => tags.TryGetValue(name, out string? found) && Ascii.EqualsIgnoreCase(found, value);

    /// <summary>False: the tag is there, and wrong.</summary>
    private static bool TryReadPolicy(Dictionary<string, string> tags, string name, out DmarcPolicy? policy)
    {
        policy = null;
        if (!tags.ContainsKey(name))
            return true;
        policy = Is(tags, name, "none") ? DmarcPolicy.None
            : Is(tags, name, "quarantine") ? DmarcPolicy.Quarantine
            : Is(tags, name, "reject") ? DmarcPolicy.Reject : null;
        return policy is not null;
    }
}
