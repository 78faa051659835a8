using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery;

/// <summary>A spool that only remembers what was marked, in the order in which things happened.</summary>
internal sealed class MemorySpool(List<string> events) : ISpool
{
    public List<ISpoolEntry> Found { get; } = [];
    public Fault FlushFault { get; set; }

    /// <summary>What waits in it for its time.</summary>
    public List<ISpoolEntry> Held { get; } = [];

    public IReadOnlyList<ISpoolEntry> HeldFor(ISpoolConsumer consumer)
        => Held.FindAll(entry => Enumerable.Range(0, entry.Envelope.Recipients.Count)
            .Any(index => entry.Envelope.Recipients[index].Maildrop is not null && !entry.IsDone(index)));

    public void Start(ISpoolConsumer? local, ISpoolConsumer? remote)
    {
        foreach (ISpoolEntry entry in Found)
            local?.Take(entry, isNew: false, () => { });
    }

    public void GiveBack(ISpoolConsumer consumer, ISpoolEntry entry, DateTimeOffset notBefore)
        => throw new NotSupportedException();

    public Fault TryBegin(Envelope envelope, long expectedLength, out ISpoolWriter writer)
        => throw new NotSupportedException();

    public void MarkDone(ISpoolEntry entry, ReadOnlySpan<int> recipients, bool soon = false)
    {
        lock (events)
            events.Add($"mark {entry.Id} {string.Join(' ', recipients.ToArray())}");
        foreach (int recipient in recipients)
            ((Entry)entry).Done.Add(recipient);
        ((Entry)entry).Marked?.Invoke();
    }

    public void Annotate(ISpoolEntry entry, ReadOnlyMemory<byte> note) => ((Entry)entry).Note = note;

    public Fault Flush()
    {
        lock (events)
            events.Add("flush");
        return FlushFault;
    }

    public void Dispose()
    {
    }

    internal sealed class Entry(string id, params string?[] maildrops) : ISpoolEntry
    {
        public HashSet<int> Done { get; } = [];
        public Action? Marked { get; set; }
        public string Id => id;
        public Envelope Envelope { get; } = With(maildrops);
        public MessageContent Content { get; } = new TextContent($"{id}\n");
        public ReadOnlyMemory<byte> Note { get; set; }
        public bool IsClaimed { get; set; } = true;
        public bool IsDone(int recipient) => Done.Contains(recipient);

        private static Envelope With(string?[] maildrops)
        {
            var envelope = new Envelope { Received = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000) };
            foreach (string? maildrop in maildrops)
                envelope.Recipients.Add(new Recipient(MailAddress.Null, maildrop));
            return envelope;
        }
    }
}
