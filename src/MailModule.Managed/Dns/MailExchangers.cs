using System.Buffers;

namespace MailModule.Dns;

/// <summary>Looks up the hosts that take a domain's mail. Where to call is as at <see cref="IDns.Ask"/>.</summary>
internal interface IMailExchangers
{
    /// <summary>By MX preference, equals shuffled (RFC 5321 §5.1).</summary>
    ValueTask<MxAnswer> Find(string domain, CancellationToken cancel);
}

/// <inheritdoc cref="IMailExchangers"/>
/// <param name="random">Shuffles; null: the system's. Another must not be used by two threads at once.</param>
internal sealed class MailExchangers(IDns dns, Random? random = null) : IMailExchangers
{
    /// <summary>Hosts that mail is sent to at most; some zones have hundreds to keep senders busy.</summary>
    private const int UsualHostLimit = 16;

    /// <summary>
    /// After so many hosts whose servers time out the others are not looked up: each costs whole time-outs.
    /// </summary>
    private const int TimeoutLimit = 2;

    private static readonly SearchValues<char> s_letters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>Hosts handed out at most.</summary>
    public int HostLimit { get; init; } = UsualHostLimit;

    /// <summary>A host whose name is longer is left out, if others are not.</summary>
    public int NameLimit { get; init; } = int.MaxValue;

    private readonly AddressLookup _addresses = new(dns, random);
    private readonly Random _random = random ?? Random.Shared;

    public async ValueTask<MxAnswer> Find(string domain, CancellationToken cancel)
    {
        if (!DnsName.TryNormalize(domain, out string name) || !IsHostName(name))
            return None(MxStatus.BadDomain, $"{domain}: not a domain name");
        DnsAnswer answer = await dns.Ask(new DnsQuestion(name, DnsType.Mx), cancel).ConfigureAwait(false);
        return answer.Status switch
        {
            DnsStatus.Ok => await FromRecords(name, answer.Records, cancel).ConfigureAwait(false),
            // RFC 5321 §5.1: without any MX the domain itself is the host; with a CNAME, what it leads to. A name that
            // does not exist in the DNS may still stand in the hosts file.
            DnsStatus.NoData or DnsStatus.NxDomain => await FromAddress(answer, cancel).ConfigureAwait(false),
            _ => None(StatusOf(answer.Status), answer.Text),
        };
    }

    private static MxAnswer None(MxStatus status, string text) => new(status, [], IsImplicit: false, text);

    private static MxStatus StatusOf(DnsStatus status) => status switch
    {
        DnsStatus.NxDomain => MxStatus.NoDomain,
        DnsStatus.NoData => MxStatus.NoHost,
        DnsStatus.Cancelled => MxStatus.Cancelled,
        DnsStatus.BadName => MxStatus.BadDomain,
        _ => MxStatus.Temporary,
    };

    /// <summary>
    /// RFC 5321 §2.3.5: letters, digits and hyphens; some hosts have an underscore all the same. Names whose last label
    /// is a number are addresses, written in one way or another (RFC 1123 §2.1).
    /// </summary>
    private static bool IsHostName(string name)
        => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(s_letters)
            && name.AsSpan(name.LastIndexOf('.') + 1).ContainsAnyExceptInRange('0', '9');

    /// <summary>
    /// The root stands for "none" (RFC 7505 §3); an address is no name (RFC 5321 §5.1 asks for one); and localhost
    /// would be this machine, whose servers may trust this host more than the domain's owner.
    /// </summary>
    private static bool IsUsable(string exchange)
        => IsHostName(exchange) && !DnsName.IsAtOrBelow(exchange, "localhost");

    private async ValueTask<MxAnswer> FromAddress(DnsAnswer noMx, CancellationToken cancel)
    {
        string host = noMx.CanonicalName;
        AddressAnswer found = await _addresses.Find(host, cancel).ConfigureAwait(false);
        if (found.Status == DnsStatus.Ok)
            return new MxAnswer(MxStatus.Ok, [new MailExchanger(host, 0, found.Addresses)], IsImplicit: true, "");
        string text = found.Status == DnsStatus.NoData ? $"{host}: neither MX nor address" : found.Text;
        return None(StatusOf(found.Status), text);
    }

    private async ValueTask<MxAnswer> FromRecords(
        string domain, IReadOnlyList<DnsRecord> answer, CancellationToken cancel)
    {
        MxRecord[] records = [.. answer.OfType<MxRecord>()];
        // RFC 7505 §3: one record that names the root.
        if (records is [{ Exchange: "" }])
            return None(MxStatus.NullMx, $"{domain}: takes no mail (null MX)");
        _random.Shuffle(records);
        MxRecord[] usable = [.. records.Where(record => IsUsable(record.Exchange)).OrderBy(record => record.Preference)
            .DistinctBy(record => record.Exchange)];
        MxRecord[] named = Array.FindAll(usable, record => record.Exchange.Length <= NameLimit);
        MxRecord[] wanted = [.. (named.Length > 0 ? named : usable).Take(HostLimit)];
        return wanted.Length == 0
            ? None(MxStatus.NoHost, $"{domain}: its MX names no usable host")
            : await LookUp(wanted, cancel).ConfigureAwait(false);
    }

    private async ValueTask<MxAnswer> LookUp(MxRecord[] records, CancellationToken cancel)
    {
        List<MailExchanger> hosts = [];
        AddressAnswer? temporary = null, permanent = null;
        int timeouts = 0;
        foreach (MxRecord record in records)
        {
            AddressAnswer found = timeouts < TimeoutLimit
                ? await _addresses.Find(record.Exchange, cancel).ConfigureAwait(false)
                : temporary!;
            if (found.Status == DnsStatus.Cancelled)
                return None(MxStatus.Cancelled, found.Text);
            hosts.Add(new MailExchanger(record.Exchange, record.Preference, found.Addresses));
            timeouts += found.Status == DnsStatus.TimedOut ? 1 : 0;
            if (found.Status is DnsStatus.Failed or DnsStatus.TimedOut)
                temporary = found;
            else if (found.Status != DnsStatus.Ok)
                permanent ??= found;
        }
        if (hosts.Exists(host => host.Addresses.Count > 0))
            return new MxAnswer(MxStatus.Ok, hosts, IsImplicit: false, "");
        return temporary is null ? None(MxStatus.NoHost, permanent!.Text) : None(MxStatus.Temporary, temporary.Text);
    }
}
