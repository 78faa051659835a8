using MailModule.Dns.Wire;

namespace MailModule.Dns.Stub;

/// <summary>
/// Follows a name through its CNAMEs, within one response and over several: it is given responses, and says what they
/// mean. Only records of the very name that is looked for count; whatever else a response holds is not believed.
/// </summary>
internal sealed class CnameChain(string first, DnsType type)
{
    private const int LinkLimit = 8;

    private int _links;
    private TimeSpan _timeToLive = TimeSpan.MaxValue;
    private bool _isAuthentic = true;

    /// <summary>Asks for names until there is an answer.</summary>
    /// <param name="ask">Asks servers for a name and does not look at CNAMEs.</param>
    public static async ValueTask<DnsAnswer> Resolve(DnsQuestion question, Func<string, ValueTask<ServerAnswer>> ask)
    {
        if (!DnsName.TryNormalize(question.Name, out string normal))
            return DnsAnswer.BadName(question.Name);
        var chain = new CnameChain(normal, question.Type);
        while (true)
        {
            ServerAnswer said = await ask(chain.Name).ConfigureAwait(false);
            if ((said.Failure ?? chain.Follow(said.Response!)) is { } answer)
                return answer;
        }
    }

    /// <summary>The end of the chain so far: the name to ask for next.</summary>
    private string Name { get; set; } = first;

    /// <summary>Reads the response to the question for <see cref="Name"/>.</summary>
    /// <returns>The answer; null: the new <see cref="Name"/> is to be asked for.</returns>
    private DnsAnswer? Follow(Response response)
    {
        _isAuthentic &= response.IsAuthentic;
        string asked = Name;
        while (true)
        {
            List<DnsRecord> found = [.. response.Answers.Where(IsAnswer).Select(answer => answer.Record)];
            if (found.Count > 0)
                return Answer(DnsStatus.Ok, found, found.Min(record => record.TimeToLive));
            if (response.Answers.FirstOrDefault(IsLink).Record is not NameRecord link)
                return Name == asked || IsAboutLastName(response) ? Negative(response) : null;
            // RFC 1034 §3.6.2: a chain is followed, a loop is an error. A chain of more links than any honest zone has
            // counts as a loop.
            if (++_links > LinkLimit)
                return Answer(DnsStatus.Failed, [], TimeSpan.Zero, $"{Name}: CNAMEs go on without end");
            Name = link.Target;
            _timeToLive = Lesser(_timeToLive, link.TimeToLive);
        }
    }

    private static TimeSpan Lesser(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private bool IsAnswer(AnswerRecord answer) => answer.Type == type && answer.Record.Name == Name;

    private bool IsLink(AnswerRecord answer) => answer.Type == DnsType.Cname && answer.Record.Name == Name;

    /// <summary>
    /// RFC 2308 §2.1, §2.2: NXDOMAIN, or the SOA of its zone, is about the last name of the chain. Without them the
    /// server has told of the CNAMEs alone.
    /// </summary>
    private bool IsAboutLastName(Response response)
        => response.Rcode == Rcode.NameError || IsInZone(response.Authority);

    private bool IsInZone(AuthorityZone? authority)
        => authority is not null && DnsName.IsAtOrBelow(Name, authority.Zone);

    private DnsAnswer Negative(Response response)
    {
        TimeSpan timeToLive = IsInZone(response.Authority) ? response.Authority!.NegativeTimeToLive : TimeSpan.Zero;
        return response.Rcode == Rcode.NameError
            ? Answer(DnsStatus.NxDomain, [], timeToLive, $"{Name}: no such name")
            : Answer(DnsStatus.NoData, [], timeToLive,
                $"{Name}: no record of type {type.ToString().ToUpperInvariant()}");
    }

    private DnsAnswer Answer(DnsStatus status, IReadOnlyList<DnsRecord> records, TimeSpan timeToLive, string text = "")
        => new(status, records, Name, text)
        {
            TimeToLive = Lesser(_timeToLive, timeToLive),
            IsAuthentic = _isAuthentic,
        };
}
