using MailModule.Dns.Wire;

namespace MailModule.Dns;

/// <summary>
/// Keeps another resolver's answers for as long as they may be kept, negative ones too (RFC 2308 §5), and bounded in memory: what was not asked for
/// longest goes first. Failures are not kept. Any thread.
/// </summary>
/// <param name="limit">Octets of memory at most, estimated.</param>
internal sealed class DnsCache(IDns other, long limit, TimeProvider time) : IDns
{
    // RFC 2181 §8 leaves it to us how long is too long; RFC 2308 §5 suggests one to three hours for what is not there.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestNegative = TimeSpan.FromHours(1);

    /// <summary>In place of a type: the name is not there, whatever is asked.</summary>
    private const DnsType Any = 0;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, DnsType Type), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private long _size;

    /// <summary>Answers that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    public DnsAnswer Query(string name, DnsType type, CancellationToken cancel)
    {
        if (!DnsName.TryNormalize(name, out string normal))
            return new DnsAnswer(DnsStatus.BadName, [], name, $"{name}: not a domain name");
        lock (_lock)
            if ((Find((normal, type)) ?? Find((normal, Any))) is { } kept)
                return kept;
        long asked = time.GetTimestamp();
        DnsAnswer answer = other.Query(normal.Length == 0 ? "." : normal, type, cancel);
        lock (_lock)
            Keep(normal, type, answer, asked);
        return answer;
    }

    private DnsAnswer? Find((string Name, DnsType Type) key)
    {
        if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            return null;
        Entry entry = node.Value;
        _byUse.Remove(node);
        if (time.GetElapsedTime(entry.Since) >= entry.Life)
        {
            Forget(entry);
            return null;
        }
        _byUse.AddLast(node);
        return entry.Answer;
    }

    private void Keep(string name, DnsType type, DnsAnswer answer, long since)
    {
        bool isNegative = answer.Status is DnsStatus.NoData or DnsStatus.NxDomain;
        if ((answer.Status != DnsStatus.Ok && !isNegative) || answer.TimeToLive <= TimeSpan.Zero)
            return;
        // RFC 2308 §5: NXDOMAIN counts for all types; but at the end of a CNAME it is another name that is not there.
        var key = (name, answer.Status == DnsStatus.NxDomain && answer.CanonicalName == name ? Any : type);
        TimeSpan longest = isNegative ? LongestNegative : Longest;
        var entry = new Entry(key, answer, since, answer.TimeToLive < longest ? answer.TimeToLive : longest, SizeOf(name, answer));
        if (entry.Size > limit)
            return;
        if (_entries.TryGetValue(key, out LinkedListNode<Entry>? before))
        {
            _byUse.Remove(before);
            Forget(before.Value);
        }
        _entries.Add(key, _byUse.AddLast(entry));
        _size += entry.Size;
        while (_size > limit)
        {
            Entry oldest = _byUse.First!.Value;
            _byUse.RemoveFirst();
            Forget(oldest);
        }
    }

    /// <summary>For an entry that is out of the list already.</summary>
    private void Forget(Entry entry)
    {
        _entries.Remove(entry.Key);
        _size -= entry.Size;
    }

    /// <summary>Objects and texts, roughly.</summary>
    private static long SizeOf(string name, DnsAnswer answer)
        => 400 + 2 * (name.Length + answer.CanonicalName.Length + answer.Text.Length) + answer.Records.Sum(record => 150L + 2 * record.Name.Length + record switch
        {
            MxRecord mx => 2 * mx.Exchange.Length,
            NameRecord link => 2 * link.Target.Length,
            TxtRecord text => 2 * text.Text.Length,
            TlsaRecord tlsa => tlsa.Data.Length,
            _ => 0,
        });

    private sealed record Entry((string Name, DnsType Type) Key, DnsAnswer Answer, long Since, TimeSpan Life, long Size);
}
