using MailModule.Dns.Wire;

namespace MailModule.Dns.Stub;

/// <summary>
/// Follows a name through its CNAMEs, within one reply and over several. Pure: it is given replies, and says what they mean. Only records of the very name that
/// is looked for count; whatever else a reply holds is not believed.
/// </summary>
internal sealed class CnameChain(string first, DnsType type)
{
    private const int LinkLimit = 8;

    private int _links;
    private TimeSpan _timeToLive = TimeSpan.MaxValue;
    private bool _isAuthentic = true;

    /// <summary>Where the chain has come to: what to ask for next.</summary>
    public string Name { get; private set; } = first;

    /// <summary>No CNAME has been met: what is said is said of the name that was asked for.</summary>
    public bool IsAtStart => _links == 0;

    /// <summary>Takes the reply to the question for <see cref="Name"/>; the answer, or null if the next name is to be asked for.</summary>
    public DnsAnswer? Take(Response reply)
    {
        _isAuthentic &= reply.IsAuthentic;
        string asked = Name;
        while (true)
        {
            List<DnsRecord> found = [.. reply.Answers.Where(IsAnswer).Select(answer => answer.Record)];
            if (found.Count > 0)
                return Answer(DnsStatus.Ok, found, found.Min(record => record.TimeToLive));
            if (reply.Answers.FirstOrDefault(IsLink).Record is not NameRecord link)
                return Name == asked || IsAboutLastName(reply) ? Nothing(reply) : null;
            // RFC 1034 §3.6.2: a chain is followed, a loop is an error; one of more links than any honest zone has is held for one.
            if (++_links > LinkLimit)
                return Answer(DnsStatus.Failed, [], TimeSpan.Zero, $"{Name}: CNAMEs go on without end");
            Name = link.Target;
            _timeToLive = Lesser(_timeToLive, link.TimeToLive);
        }
    }

    private static TimeSpan Lesser(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private bool IsAnswer(AnswerRecord answer) => answer.Type == type && answer.Record.Name == Name;

    private bool IsLink(AnswerRecord answer) => answer.Type == DnsType.Cname && answer.Record.Name == Name;

    /// <summary>RFC 2308 §2.1, §2.2: NXDOMAIN, or the SOA of its zone, is about the last name of the chain. Else the server has only told of the CNAME.</summary>
    private bool IsAboutLastName(Response reply)
        => reply.Rcode == Rcode.NameError || (reply.Authority is { } authority && DnsName.IsAtOrBelow(Name, authority.Zone));

    private DnsAnswer Nothing(Response reply)
    {
        TimeSpan timeToLive = reply.Authority is { } authority && DnsName.IsAtOrBelow(Name, authority.Zone) ? authority.NegativeTimeToLive : TimeSpan.Zero;
        return reply.Rcode == Rcode.NameError
            ? Answer(DnsStatus.NxDomain, [], timeToLive, $"{Name}: no such name")
            : Answer(DnsStatus.NoData, [], timeToLive, $"{Name}: no record of type {type.ToString().ToUpperInvariant()}");
    }

    private DnsAnswer Answer(DnsStatus status, IReadOnlyList<DnsRecord> records, TimeSpan timeToLive, string text = "")
        => new(status, records, Name, text) { TimeToLive = Lesser(_timeToLive, timeToLive), IsAuthentic = _isAuthentic };
}
