using System.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool.Contract;

/// <summary>
/// One engine's side of a spool that several engines share, without a disk or a thread: it claims entries as long as
/// its consumers want more, for as long as <see cref="Renew"/> is called in time.
/// </summary>
internal sealed class SharedSpool : ISpool
{
    private readonly SharedStore _store;
    private Outlet? _local;
    private Outlet? _remote;

    public SharedSpool(SharedStore store)
    {
        _store = store;
        store.MarkFound();
    }

    public void Start(ISpoolConsumer? local, ISpoolConsumer? remote)
    {
        _local = local is null ? null : new Outlet(this, local, isLocal: true);
        _remote = remote is null ? null : new Outlet(this, remote, isLocal: false);
        _store.Join(this);
        Poll();
    }

    /// <summary>Claims what is free, as far as the consumers want it.</summary>
    public void Poll()
    {
        _local?.Claim();
        _remote?.Claim();
    }

    /// <summary>A sign of life.</summary>
    public void Renew() => _store.Renew(this);

    /// <summary>The engine is killed: it gives nothing back.</summary>
    public void Die() => _store.Leave(this, releases: false);

    public void GiveBack(ISpoolConsumer consumer, ISpoolEntry entry, DateTimeOffset notBefore)
        => _store.GiveBack((SharedEntry)entry, notBefore);

    public Fault TryBegin(Envelope envelope, long expectedLength, out ISpoolWriter writer)
    {
        writer = new Writer(_store, envelope);
        return Fault.None;
    }

    public void MarkDone(ISpoolEntry entry, ReadOnlySpan<int> recipients, bool soon = false)
    {
        int[] all = recipients.ToArray();
        _store.Change(() => ((SharedEntry)entry).Row.Done.UnionWith(all));
    }

    public void Annotate(ISpoolEntry entry, ReadOnlyMemory<byte> note)
    {
        byte[] copy = note.ToArray();
        _store.Change(() => ((SharedEntry)entry).Row.Note = copy);
    }

    public Fault Flush() => Fault.None;

    public void Dispose() => _store.Leave(this, releases: true);

    private sealed class Outlet(SharedSpool spool, ISpoolConsumer consumer, bool isLocal)
    {
        private volatile bool _isBehind;

        public void Claim()
        {
            while (!_isBehind && spool._store.TryClaim(spool, isLocal, out bool isNew) is { } entry)
            {
                // Before it takes the entry: it may go on before the answer is here.
                _isBehind = true;
                if (consumer.Take(entry, isNew, Resume))
                    _isBehind = false;
            }
        }

        private void Resume()
        {
            _isBehind = false;
            Claim();
        }
    }

    private sealed class Writer(SharedStore store, Envelope envelope) : ISpoolWriter
    {
        private readonly StringBuilder _text = new();
        private (int At, int Size)? _room;
        private string _front = "";

        public string Id { get; } = store.NextId();
        public long Length => AtRest().Length;

        public bool Append(ReadOnlySpan<byte> content, Action resume)
        {
            _text.Append(Encoding.Latin1.GetString(content));
            return true;
        }

        public void ReserveInFront(int octets) => _room = (_text.Length, octets);

        public Fault PutInFront(ReadOnlySpan<byte> fields)
        {
            if (_room is not { } room)
                return Fault.State;
            if (fields.Length > room.Size)
                return Fault.Limit;
            _front = Encoding.Latin1.GetString(fields);
            return Fault.None;
        }

        public Func<Stream>? ReadBack()
            => _room is { } room ? new TextContent(AtRest(_text.ToString(room.At, _text.Length - room.At))).OpenRead
                : null;

        public void Commit(Action<Fault> completed)
        {
            Add();
            completed(Fault.None);
            store.WakeAll();
        }

        public void CommitAfterConsumer(Action<Fault> completed)
        {
            Add();
            store.WakeAll();
            completed(Fault.None);
        }

        public void Discard()
        {
        }

        private void Add() => store.Add(new SharedRow(Id, envelope, new TextContent(AtRest())));

        private string AtRest() => AtRest(_text.ToString().Insert(_room?.At ?? 0, _front));

        private static string AtRest(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);
    }
}

/// <summary>An entry in the hands of one consumer, for as long as its claim lasts.</summary>
internal sealed class SharedEntry(SharedStore store, SharedRow row, SharedPart part, SharedClaim claim) : ISpoolEntry
{
    public SharedRow Row => row;
    public SharedPart Part => part;
    public SharedClaim Claim => claim;
    public string Id => row.Id;
    public Envelope Envelope => row.Envelope;
    public MessageContent Content => row.Content;
    public ReadOnlyMemory<byte> Note => row.Note;
    public bool IsClaimed => store.IsHeld(part, claim);
    public bool IsDone(int recipient) => row.Done.Contains(recipient);
}
