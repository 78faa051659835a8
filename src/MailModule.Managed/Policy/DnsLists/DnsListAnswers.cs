using System.Net;
using MailModule.Dns;

namespace MailModule.Policy.DnsLists;

/// <summary>The answers of a resolver, read as those of a list of addresses (RFC 5782 §2). Pure.</summary>
internal static class DnsListAnswers
{
    /// <summary>Characters of a zone's reason that are kept.</summary>
    public const int TextLimit = 200;

    public static DnsListResult Read(DnsListZone zone, DnsAnswer answer)
    {
        if (answer.Status is DnsStatus.NxDomain or DnsStatus.NoData)
            return new DnsListResult(zone, DnsListStatus.NotListed, null, "");
        if (answer.Status != DnsStatus.Ok)
            return new DnsListResult(zone, DnsListStatus.Down, null, answer.Text);
        IPAddress[] addresses = [.. answer.Records.OfType<AddressRecord>().Select(record => record.Address)];
        if (Array.Find(addresses, DnsListZone.IsRefusal) is { } refusal)
            return new DnsListResult(zone, DnsListStatus.Refusing, refusal, $"it does not answer us: {refusal}");
        return Array.Find(addresses, zone.Counts) is { } counted
            ? new DnsListResult(zone, DnsListStatus.Listed, counted, "")
            : new DnsListResult(zone, DnsListStatus.OutOfRange, addresses.FirstOrDefault(), "");
    }

    /// <summary>The reason that a zone gives, as one line of ASCII; empty if none.</summary>
    public static string ReasonIn(DnsAnswer answer)
    {
        string text = answer.Records.OfType<TxtRecord>().FirstOrDefault()?.Text ?? "";
        char[] shown = text.Take(TextLimit).ToArray();
        for (int i = 0; i < shown.Length; i++)
            if (shown[i] is < ' ' or > '~')
                shown[i] = '?';
        return new string(shown).Trim();
    }
}
