using System.Net;
using MailModule.Dns;

namespace MailModule.Authentication.Spf;

/// <summary>
/// The names of the client that have its address (RFC 7208 §5.5), looked up once in a check. The client has chosen
/// them, so that nothing that is wrong with them is an error, or counts as a void look-up of the domain that is
/// checked.
/// </summary>
internal sealed class ClientNames(SpfQuestions questions, IPAddress client)
{
    private static readonly (int, int) WholeAddress = (32, 128);

    private IReadOnlyList<string>? _names;

    /// <summary>Normal forms, in the order of the answer; none: there are none, or nobody knows.</summary>
    public async ValueTask<IReadOnlyList<string>> Find()
        => _names ??= await LookUp().ConfigureAwait(false);

    /// <summary>
    /// RFC 7208 §7.3: for %{p} the domain itself where that is one of the names, else a name below it, else any,
    /// else "unknown".
    /// </summary>
    public async ValueTask<string> FindFor(string domain)
    {
        IReadOnlyList<string> names = await Find().ConfigureAwait(false);
        bool isName = SpfName.TryNormalize(domain, out string normal);
        return names.FirstOrDefault(name => isName && name == normal)
            ?? names.FirstOrDefault(name => isName && DnsName.IsAtOrBelow(name, normal))
            ?? names.FirstOrDefault("unknown");
    }

    private async ValueTask<IReadOnlyList<string>> LookUp()
    {
        DnsAnswer answer = await questions.Ask(ReverseName.Of(client), DnsType.Ptr).ConfigureAwait(false);
        // RFC 7208 §4.6.4: what is beyond the limit is ignored.
        string[] names = [.. answer.Records.OfType<NameRecord>().Select(record => record.Target)
            .Take(SpfQuestions.HostLimit)];
        DnsAnswer[] addresses = await questions.AskAddresses(names).ConfigureAwait(false);
        return [.. names.Where((_, i) => questions.HasClient(addresses[i], WholeAddress)).Select(Normal)];
    }

    private static string Normal(string name) => SpfName.TryNormalize(name, out string normal) ? normal : name;
}
