using MailModule.Mail;

namespace MailModule.Tests.Spool.Contract;

/// <summary>
/// What the engines that share a spool have in common: the entries, and who has which of them for how long. As a
/// database would keep it, in memory.
/// </summary>
internal sealed class SharedStore(TimeProvider clock)
{
    /// <summary>How long a claim lasts without a sign of life.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly List<SharedRow> _rows = [];
    private readonly List<SharedSpool> _engines = [];
    private int _ids;

    public string NextId() => $"shared{Interlocked.Increment(ref _ids):d6}";

    public void Add(SharedRow row)
    {
        lock (_lock)
            _rows.Add(row);
    }

    public void Join(SharedSpool engine)
    {
        lock (_lock)
            _engines.Add(engine);
    }

    /// <summary>An engine goes; its claims lapse when their time has come, or at once.</summary>
    public void Leave(SharedSpool engine, bool releases)
    {
        lock (_lock)
        {
            _engines.Remove(engine);
            foreach (SharedPart part in Parts().Where(part => releases && part.Claim?.Engine == engine))
                part.Claim = null;
        }
        WakeAll();
    }

    /// <summary>Tells every engine that there may be something to claim.</summary>
    public void WakeAll()
    {
        SharedSpool[] engines;
        lock (_lock)
            engines = [.. _engines];
        foreach (SharedSpool engine in engines)
            engine.Poll();
    }

    /// <summary>Claims the oldest entry that has something to do and that nobody has.</summary>
    public SharedEntry? TryClaim(SharedSpool engine, bool isLocal, out bool isNew)
    {
        lock (_lock)
        {
            DateTimeOffset now = clock.GetUtcNow();
            SharedRow? row = _rows.Find(one => one.HasOpen(isLocal) && one.Part(isLocal).IsFree(now));
            isNew = row is { IsFound: false } && !row.Part(isLocal).WasClaimed;
            if (row is null)
                return null;
            SharedPart part = row.Part(isLocal);
            part.WasClaimed = true;
            part.Claim = new SharedClaim(engine, now + Lease);
            return new SharedEntry(this, row, part, part.Claim);
        }
    }

    public void Renew(SharedSpool engine)
    {
        lock (_lock)
            foreach (SharedPart part in Parts().Where(part => part.Claim?.Engine == engine))
                if (part.Claim!.Until > clock.GetUtcNow())
                    part.Claim.Until = clock.GetUtcNow() + Lease;
    }

    public bool IsHeld(SharedPart part, SharedClaim claim)
    {
        lock (_lock)
            return part.Claim == claim && claim.Until > clock.GetUtcNow();
    }

    public void GiveBack(SharedEntry entry, DateTimeOffset notBefore)
    {
        lock (_lock)
        {
            if (entry.Part.Claim != entry.Claim)
                return;
            entry.Part.Claim = null;
            entry.Part.NotBefore = notBefore;
        }
        WakeAll();
    }

    public void Change(Action change)
    {
        lock (_lock)
            change();
    }

    /// <summary>A start finds all that is there.</summary>
    public void MarkFound()
    {
        lock (_lock)
            _rows.ForEach(row => row.IsFound = true);
    }

    private IEnumerable<SharedPart> Parts() => _rows.SelectMany(row => new[] { row.Part(true), row.Part(false) });
}

/// <summary>One message: what is known of it to all engines. Under the store's lock.</summary>
internal sealed class SharedRow(string id, Envelope envelope, MessageContent content)
{
    private readonly SharedPart _local = new();
    private readonly SharedPart _remote = new();

    public string Id => id;
    public Envelope Envelope => envelope;
    public MessageContent Content => content;
    public HashSet<int> Done { get; } = [];
    public ReadOnlyMemory<byte> Note { get; set; }
    public bool IsFound { get; set; }

    public SharedPart Part(bool isLocal) => isLocal ? _local : _remote;

    public bool HasOpen(bool isLocal) => Enumerable.Range(0, envelope.Recipients.Count)
        .Any(i => envelope.Recipients[i].Maildrop is not null == isLocal && !Done.Contains(i));
}

/// <summary>The local or the remote part of a message, which is claimed by itself.</summary>
internal sealed class SharedPart
{
    public SharedClaim? Claim { get; set; }
    public bool WasClaimed { get; set; }
    public DateTimeOffset NotBefore { get; set; }

    public bool IsFree(DateTimeOffset now) => NotBefore <= now && (Claim is null || Claim.Until <= now);
}

internal sealed class SharedClaim(SharedSpool engine, DateTimeOffset until)
{
    public SharedSpool Engine => engine;
    public DateTimeOffset Until { get; set; } = until;
}
