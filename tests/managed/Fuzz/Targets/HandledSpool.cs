using System.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// A spool behind a scripted host's handlers: what it gets is what came, behind the trace fields and the host's; each
/// message is committed or thrown away, once.
/// </summary>
/// <param name="isSlow">Takes pieces, and commits, one after the other.</param>
internal sealed class HandledSpool(HandledHost host, Queue<Action> later, bool isSlow) : ISpool
{
    private int _count;

    /// <summary>What each commit ends with.</summary>
    public Fault CommitFault { get; set; }

    /// <summary>Messages that are neither committed nor thrown away.</summary>
    public int Open { get; private set; }

    public int Committed { get; private set; }

    public Fault TryBegin(Envelope envelope, long expectedLength, out ISpoolWriter writer)
    {
        writer = new Writer(this, envelope, $"fuzzed{_count++:0000}");
        Open++;
        return Fault.None;
    }

    public Fault Flush() => Fault.None;
    public void Start(ISpoolConsumer? local, ISpoolConsumer? remote) => throw new NotSupportedException();
    public void GiveBack(ISpoolConsumer consumer, ISpoolEntry entry, DateTimeOffset notBefore)
        => throw new NotSupportedException();
    public void MarkDone(ISpoolEntry entry, ReadOnlySpan<int> recipients, bool soon = false)
        => throw new NotSupportedException();
    public void Annotate(ISpoolEntry entry, ReadOnlyMemory<byte> note) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private void CheckContent(string text, bool isLoggedIn)
    {
        var filter = new HeaderFilter();
        filter.Begin(null);
        byte[] came = Encoding.Latin1.GetBytes($"{host.Fields}{host.Content}");
        string expected = Encoding.Latin1.GetString(filter.Pass(came));
        expected += Encoding.Latin1.GetString(filter.End());
        if (!isLoggedIn)
        {
            Assert.Equal(expected, text);
            return;
        }
        // Date, Message-ID and From are put in at the end of the header section, where they are missing.
        int same = text.AsSpan().CommonPrefixLength(expected);
        Assert.True(text.Length >= expected.Length && text.EndsWith(expected[same..], StringComparison.Ordinal),
            "content was lost");
        Assert.InRange(text.Length - expected.Length, 0, 400);
    }

    private sealed class Writer(HandledSpool spool, Envelope envelope, string id) : ISpoolWriter
    {
        private readonly StringBuilder _text = new();
        private bool _isOver;

        public string Id => id;
        public long Length { get; private set; }

        public bool Append(ReadOnlySpan<byte> content, Action resume)
        {
            Assert.False(_isOver, "content behind the end");
            // The first are the trace fields, which have the time of day.
            if (Length > 0)
                _text.Append(Encoding.Latin1.GetString(content));
            bool waits = spool.IsSlow && Length > 0;
            Length += content.Length;
            if (waits)
                spool.Later(resume);
            return !waits;
        }

        public void ReserveInFront(int octets) => throw new NotSupportedException();
        public Fault PutInFront(ReadOnlySpan<byte> fields) => throw new NotSupportedException();

        public void Commit(Action<Fault> completed)
        {
            Assert.False(_isOver, "committed behind the end");
            Assert.NotEmpty(envelope.Recipients);
            spool.CheckContent(_text.ToString(), envelope.AuthenticatedUser is not null);
            spool.Host.Events.Add($"stored {id} {envelope.ReversePath} {string.Join(' ', envelope.Recipients)}");
            if (spool.CommitFault == Fault.None)
                End();
            spool.Committed += spool.CommitFault == Fault.None ? 1 : 0;
            if (spool.IsSlow)
                spool.Later(() => completed(spool.CommitFault));
            else
                completed(spool.CommitFault);
        }

        public void Discard()
        {
            Assert.False(_isOver, "thrown away behind the end");
            End();
        }

        private void End()
        {
            _isOver = true;
            spool.Open--;
        }
    }

    private HandledHost Host => host;
    private bool IsSlow => isSlow;

    private void Later(Action action) => later.Enqueue(action);
}
