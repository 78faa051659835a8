using System.Net;
using MailModule.Policy;

namespace MailModule.Engine.Settings;

/// <summary>Which hosts pass connections of others on to the servers, and how they say for whom.</summary>
/// <param name="Proxies">By a PROXY header.</param>
/// <param name="XclientHosts">By XCLIENT.</param>
internal sealed record FrontServers(AddressRanges Proxies, AddressRanges XclientHosts)
{
    public static FrontServers Of(SettingValues values)
        => new(RangesOf(values, Keys.Fronts.ProxyRange), RangesOf(values, Keys.Fronts.XclientRange));

    /// <summary>Its connections are those of many clients.</summary>
    public bool Has(IPAddress address) => Proxies.Contains(address) || XclientHosts.Contains(address);

    private static AddressRanges RangesOf(SettingValues values, Setting row)
    {
        AddressRanges.TryParse($"{values.Text(row)}", out AddressRanges ranges);
        return ranges;
    }
}
