using MailModule.Dns;

namespace MailModule.Authentication.Dkim;

/// <summary>Asks for the key of a signature, at SELECTOR._domainkey.DOMAIN (RFC 6376 §3.6.2.1).</summary>
internal static class KeyQuestion
{
    /// <summary>Records of one name that are tried: there should be one (RFC 6376 §3.6.2.2), and others may stand
    /// beside it.</summary>
    private const int RecordLimit = 3;

    /// <summary>What the resolver says, as a value.</summary>
    /// <param name="selector">As <see cref="DkimName"/> reads it; the domain likewise.</param>
    public static async Task<KeyAnswer> Ask(IDns dns, string selector, string domain, CancellationToken cancel)
    {
        string name = $"{selector}._domainkey.{domain}";
        DnsAnswer answer = await dns.Ask(new DnsQuestion(name, DnsType.Txt), cancel).ConfigureAwait(false);
        if (answer.IsTemporary)
            return new KeyAnswer(AuthResult.TempError, $"the key {name} could not be asked for");
        var records = new List<string>(1);
        foreach (DnsRecord record in answer.Records)
            if (record is TxtRecord text && records.Count < RecordLimit)
                records.Add(text.Text);
        return answer.Status == DnsStatus.Ok && records.Count > 0
            ? new KeyAnswer(AuthResult.None) { Records = records }
            : new KeyAnswer(AuthResult.PermError, $"there is no key {name}");
    }
}
