using System.Text;
using System.Text.RegularExpressions;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Local;

/// <summary>A spool in memory; its messages are handed out one by one, in their order, to whoever asks.</summary>
internal sealed partial class InOrderSpool : ISpool
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private int _begun;
    private int _handedOut;

    /// <summary>Asked before each new message; a fault refuses it.</summary>
    public Func<Fault> Refusal { get; set; } = () => Fault.None;

    /// <summary>Told of each recipient before it is marked.</summary>
    public Action<Entry, Recipient> Marking { get; set; } = (_, _) => { };

    public IReadOnlyList<Entry> Entries
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    public Entry? Next()
    {
        lock (_lock)
            return _handedOut < _entries.Count ? _entries[_handedOut++] : null;
    }

    public void Start(ISpoolConsumer? local, ISpoolConsumer? remote) => throw new NotSupportedException();

    public void GiveBack(ISpoolConsumer consumer, ISpoolEntry entry, DateTimeOffset notBefore)
        => throw new NotSupportedException();

    public Fault TryBegin(Envelope envelope, long expectedLength, out ISpoolWriter writer)
    {
        writer = new Writer(this, envelope, $"m{Interlocked.Increment(ref _begun):d9}");
        return Refusal();
    }

    public void MarkDone(ISpoolEntry entry, ReadOnlySpan<int> recipients, bool soon = false)
    {
        var marked = (Entry)entry;
        foreach (int index in recipients)
        {
            Marking(marked, marked.Envelope.Recipients[index]);
            Assert.True(marked.Done.Add(index), $"{marked.Id}: recipient {index} is marked twice");
        }
    }

    public void Annotate(ISpoolEntry entry, ReadOnlyMemory<byte> note) => throw new NotSupportedException();

    public Fault Flush() => Fault.None;

    public void Dispose()
    {
    }

    internal sealed partial class Entry : ISpoolEntry
    {
        public Entry(string id, Envelope envelope, string text)
        {
            Id = id;
            Envelope = envelope;
            Content = new TextContent(text);
            Match sentOn = SentOnPattern().Match(text);
            SentOnFrom = sentOn.Success ? (sentOn.Groups[1].Value, sentOn.Groups[2].Value) : null;
        }

        public string Id { get; }
        public Envelope Envelope { get; }
        public MessageContent Content { get; }
        public HashSet<int> Done { get; } = [];
        public ReadOnlyMemory<byte> Note => default;

        /// <summary>The message that this one is a copy of, and for which of its recipients it is sent on.</summary>
        public (string Id, string Recipient)? SentOnFrom { get; }

        public bool IsDone(int recipient) => Done.Contains(recipient);

        [GeneratedRegex(
            "\\AReturn-Path: <.*>\nReceived: by mx\\.a\\.example id (\\w+).*(?:\n\t.*)*\nDelivered-To: (.+)\n")]
        private static partial Regex SentOnPattern();
    }

    private sealed class Writer(InOrderSpool spool, Envelope envelope, string id) : ISpoolWriter
    {
        private readonly StringBuilder _text = new();

        public string Id => id;
        public long Length => _text.Length;

        public bool Append(ReadOnlySpan<byte> content, Action resume)
        {
            _text.Append(Encoding.Latin1.GetString(content));
            return true;
        }

        public void ReserveInFront(int octets) => throw new NotSupportedException();
        public Fault PutInFront(ReadOnlySpan<byte> fields) => throw new NotSupportedException();

        public void Commit(Action<Fault> completed)
        {
            Assert.NotEmpty(envelope.Recipients);
            string text = _text.Replace("\r\n", "\n").ToString();
            lock (spool._lock)
                spool._entries.Add(new Entry(id, envelope, text));
            completed(Fault.None);
        }

        public void Discard()
        {
        }
    }
}
