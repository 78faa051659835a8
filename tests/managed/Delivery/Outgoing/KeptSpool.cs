using System.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Delivery.Outgoing;

/// <summary>A spool in memory, whose disk a test can let fail or hang.</summary>
internal sealed class KeptSpool : ISpool
{
    private readonly Lock _lock = new();
    private readonly List<Message> _messages = [];
    private int _begun;

    public Fault BeginFault { get; init; }
    public Fault CommitFault { get; init; }

    /// <summary>Run before a message is begun.</summary>
    public Action? AtBegin { get; init; }

    /// <summary>A commit waits for it; null: it does not wait.</summary>
    public ManualResetEventSlim? CommitGate { get; init; }

    /// <summary>Set when a commit has been asked for.</summary>
    public ManualResetEventSlim IsCommitting { get; } = new();

    /// <summary>After each piece the writer has to wait for room.</summary>
    public bool IsSlow { get; init; }

    public int Discarded { get; private set; }

    public Message[] Messages
    {
        get
        {
            lock (_lock)
                return [.. _messages];
        }
    }

    public void Start(ISpoolConsumer? local, ISpoolConsumer? remote) => throw new NotSupportedException();

    public void GiveBack(ISpoolConsumer consumer, ISpoolEntry entry, DateTimeOffset notBefore)
        => throw new NotSupportedException();

    public Fault TryBegin(Envelope envelope, long expectedLength, out ISpoolWriter writer)
    {
        AtBegin?.Invoke();
        writer = new Writer(this, envelope, $"spool{Interlocked.Increment(ref _begun)}");
        return BeginFault;
    }

    public void MarkDone(ISpoolEntry entry, ReadOnlySpan<int> recipients, bool soon = false)
        => throw new NotSupportedException();

    public void Annotate(ISpoolEntry entry, ReadOnlyMemory<byte> note) => throw new NotSupportedException();

    public Fault Flush() => Fault.None;

    public void Dispose()
    {
    }

    internal sealed record Message(string Id, Envelope Envelope, string Text);

    private sealed class Writer(KeptSpool spool, Envelope envelope, string id) : ISpoolWriter
    {
        private readonly MemoryStream _text = new();

        public string Id => id;
        public long Length => _text.Length;

        public bool Append(ReadOnlySpan<byte> text, Action resume)
        {
            _text.Write(text);
            if (!spool.IsSlow)
                return true;
            new Thread(() => resume()).Start();
            return false;
        }

        public void ReserveInFront(int octets) => throw new NotSupportedException();
        public Fault PutInFront(ReadOnlySpan<byte> fields) => throw new NotSupportedException();

        public void Commit(Action<Fault> completed)
        {
            spool.IsCommitting.Set();
            new Thread(() =>
            {
                WaitForGate();
                if (spool.CommitFault == Fault.None)
                    lock (spool._lock)
                        spool._messages.Add(new Message(id, envelope, Encoding.Latin1.GetString(_text.ToArray())));
                completed(spool.CommitFault);
            }).Start();
        }

        public void Discard() => spool.Discarded++;

        // A test that has ended holds nothing back.
        private void WaitForGate()
        {
            try
            {
                spool.CommitGate?.Wait();
            }
            catch (ObjectDisposedException)
            {
            }
        }
    }
}
