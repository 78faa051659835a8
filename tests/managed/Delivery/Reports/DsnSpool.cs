using System.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Delivery.Reports;

/// <summary>
/// A spool that keeps in memory what is written to it, fails where it is told to, and may be slow to take text.
/// </summary>
internal sealed class DsnSpool : ISpool
{
    public Fault BeginFault { get; set; }
    public Fault CommitFault { get; set; }

    /// <summary>Every append is answered "no more for now".</summary>
    public bool IsSlow { get; init; }

    /// <summary>… behind so many octets.</summary>
    public long SlowAfter { get; init; }

    /// <summary>False: what is written is counted alone.</summary>
    public bool KeepsText { get; init; } = true;

    public List<Message> Messages { get; } = [];
    public int Discarded { get; private set; }
    public long Octets { get; private set; }
    public int LongestPiece { get; private set; }

    public void Start(ISpoolConsumer? local, ISpoolConsumer? remote) => throw new NotSupportedException();

    public void GiveBack(ISpoolConsumer consumer, ISpoolEntry entry, DateTimeOffset notBefore)
        => throw new NotSupportedException();

    public Fault TryBegin(Envelope envelope, long expectedLength, out ISpoolWriter writer)
    {
        writer = new Writer(this, envelope);
        return BeginFault;
    }

    public void MarkDone(ISpoolEntry entry, ReadOnlySpan<int> recipients, bool soon = false)
        => throw new NotSupportedException();
    public void Annotate(ISpoolEntry entry, ReadOnlyMemory<byte> note) => throw new NotSupportedException();
    public Fault Flush() => Fault.None;

    public void Dispose()
    {
    }

    /// <param name="Octets">As Latin-1.</param>
    internal sealed record Message(string Id, Envelope Envelope, string Octets)
    {
        public string Text { get; } = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Octets));
    }

    private sealed class Writer(DsnSpool spool, Envelope envelope) : ISpoolWriter
    {
        private readonly StringBuilder _text = new();
        private int _room = -1;
        private int _roomSize;
        private string _fields = "";

        public string Id => "report0001";
        public long Length { get; private set; }

        public bool Append(ReadOnlySpan<byte> text, Action resume)
        {
            Length += text.Length;
            spool.LongestPiece = Math.Max(spool.LongestPiece, text.Length);
            if (spool.KeepsText)
                _text.Append(Encoding.Latin1.GetString(text));
            bool isSlow = spool.IsSlow && Length > spool.SlowAfter;
            if (isSlow)
                ThreadPool.UnsafeQueueUserWorkItem(_ => resume(), null);
            return !isSlow;
        }

        public void ReserveInFront(int octets) => (_room, _roomSize) = (_text.Length, octets);

        public Fault PutInFront(ReadOnlySpan<byte> fields)
        {
            if (_room < 0)
                return Fault.State;
            if (fields.Length > _roomSize)
                return Fault.Limit;
            _fields = Encoding.Latin1.GetString(fields);
            return Fault.None;
        }

        public void Commit(Action<Fault> completed)
        {
            spool.Octets = Length;
            _text.Insert(Math.Max(0, _room), _fields);
            if (spool.CommitFault == Fault.None)
                spool.Messages.Add(new Message(Id, envelope, _text.ToString()));
            completed(spool.CommitFault);
        }

        public void Discard() => spool.Discarded++;
    }
}
