namespace MailModule.Dns;

/// <summary>
/// Caches the answers of another resolver for their time to live, negative ones too (RFC 2308 §5), and bounded in
/// memory: the least recently used answer is removed first. Failures are not cached. A question that is under way is
/// not asked once more (RFC 5452 §5: each copy of it is one more chance for a forged answer). Any thread.
/// </summary>
/// <param name="limit">Octets of memory at most, estimated.</param>
internal sealed class DnsCache(IDns inner, long limit, TimeProvider time) : IDns
{
    // RFC 2181 §8 leaves the upper bound to the resolver; RFC 2308 §5 suggests one to three hours for negative answers.
    private static readonly TimeSpan MaxTimeToLive = TimeSpan.FromDays(1);
    private static readonly TimeSpan MaxNegativeTimeToLive = TimeSpan.FromHours(1);

    /// <summary>In place of a type: NXDOMAIN, which holds for all types.</summary>
    private const DnsType AnyType = 0;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, DnsType Type), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private readonly Dictionary<(string Name, DnsType Type), SharedQuestion> _underWay = [];
    private long _size;

    /// <summary>Answers in the cache.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
    {
        if (!DnsName.TryNormalize(question.Name, out string name))
            return new ValueTask<DnsAnswer>(DnsAnswer.BadName(question.Name));
        var key = (name, question.Type);
        SharedQuestion? shared;
        bool isUnderWay;
        lock (_lock)
        {
            if ((Find(key) ?? Find((name, AnyType))) is { } cached)
                return new ValueTask<DnsAnswer>(cached);
            if (cancel.IsCancellationRequested)
                return new ValueTask<DnsAnswer>(DnsAnswer.Cancelled(name));
            isUnderWay = _underWay.TryGetValue(key, out shared) && shared.TryJoin();
            if (!isUnderWay)
                _underWay[key] = shared = new SharedQuestion();
        }
        if (!isUnderWay)
            _ = shared!.Ask(abandoned => AskInner(key, shared, abandoned));
        return shared!.Wait(name, cancel);
    }

    private async ValueTask<DnsAnswer> AskInner(
        (string Name, DnsType Type) key, SharedQuestion shared, CancellationToken abandoned)
    {
        DnsAnswer? answer = null;
        long asked = time.GetTimestamp();
        try
        {
            var question = new DnsQuestion(key.Name.Length == 0 ? "." : key.Name, key.Type);
            return answer = await inner.Ask(question, abandoned).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
                End(key, shared, answer, asked);
        }
    }

    private void End((string Name, DnsType Type) key, SharedQuestion shared, DnsAnswer? answer, long asked)
    {
        if (answer is not null)
            Add(key.Name, key.Type, answer, asked);
        if (_underWay.GetValueOrDefault(key) == shared)
            _underWay.Remove(key);
    }

    private DnsAnswer? Find((string Name, DnsType Type) key)
    {
        if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            return null;
        Entry entry = node.Value;
        if (time.GetElapsedTime(entry.Since) >= entry.TimeToLive)
        {
            Remove(node);
            return null;
        }
        _byUse.Remove(node);
        _byUse.AddLast(node);
        return entry.Answer;
    }

    private void Add(string name, DnsType type, DnsAnswer answer, long since)
    {
        bool isNegative = answer.Status is DnsStatus.NoData or DnsStatus.NxDomain;
        if ((answer.Status != DnsStatus.Ok && !isNegative) || answer.TimeToLive <= TimeSpan.Zero)
            return;
        // RFC 2308 §5: NXDOMAIN holds for all types; but at the end of a CNAME chain it says so of another name.
        bool isForAllTypes = answer.Status == DnsStatus.NxDomain && answer.CanonicalName == name;
        var key = (name, isForAllTypes ? AnyType : type);
        TimeSpan max = isNegative ? MaxNegativeTimeToLive : MaxTimeToLive;
        TimeSpan timeToLive = answer.TimeToLive < max ? answer.TimeToLive : max;
        var entry = new Entry(key, answer, since, timeToLive, SizeOf(name, answer));
        if (entry.Size > limit)
            return;
        if (_entries.TryGetValue(key, out LinkedListNode<Entry>? previous))
            Remove(previous);
        _entries.Add(key, _byUse.AddLast(entry));
        _size += entry.Size;
        while (_size > limit)
            Remove(_byUse.First!);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
        _size -= node.Value.Size;
    }

    /// <summary>Objects and texts, roughly.</summary>
    private static long SizeOf(string name, DnsAnswer answer)
        => 400 + 2 * (name.Length + answer.CanonicalName.Length + answer.Text.Length) + answer.Records.Sum(SizeOf);

    private static long SizeOf(DnsRecord record) => 150L + 2 * record.Name.Length + record switch
    {
        MxRecord mx => 2 * mx.Exchange.Length,
        NameRecord name => 2 * name.Target.Length,
        TxtRecord text => 2 * text.Text.Length,
        TlsaRecord tlsa => tlsa.Data.Length,
        _ => 0,
    };

    private sealed record Entry(
        (string Name, DnsType Type) Key, DnsAnswer Answer, long Since, TimeSpan TimeToLive, long Size);
}
