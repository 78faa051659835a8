using System.Net;
using MailModule.Delivery;
using MailModule.Delivery.Queue;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>
/// A queue whose clock, network, spool and DSNs a test holds in its hands: 24 hours pass as fast as they can be
/// told.
/// </summary>
internal sealed class QueueBench : IDisposable
{
    private readonly Workers _workers = new(4);

    public QueueBench(
        RetrySchedule? schedule = null, int connectionsPerDestination = 20,
        IEnumerable<ISpoolEntry>? recovered = null, Func<string, string>? nextHopOf = null, KeptCopies? copies = null,
        ManualClock? clock = null, Log? log = null)
    {
        Clock = clock ?? new ManualClock();
        Spool = new QueueSpool([.. recovered ?? []]);
        Network = new ScriptedNetwork();
        Queue = new MailQueue(new QueueDependencies
        {
            Spool = Spool,
            RemoteDelivery = Network,
            DsnSender = Dsns,
            Workers = _workers,
            NextHopOf = (domain, _) => nextHopOf?.Invoke(domain) ?? domain.ToLowerInvariant(),
            ContentOf = entry => new EntryContent(entry),
            VerdictOf = VerdictOf,
            Schedule = () => schedule ?? RetrySchedule.Default,
            Copies = copies ?? KeptCopies.None,
            Time = Clock,
            Log = log ?? Log.None,
            ConnectionsPerDestination = connectionsPerDestination,
        });
        Spool.Start(null, Queue);
        Queue.Resume();
    }

    public ManualClock Clock { get; }
    public QueueSpool Spool { get; }
    public ScriptedNetwork Network { get; }
    public RecordedDsns Dsns { get; } = new();
    public MailQueue Queue { get; }

    // In here.test everybody is a user but for nobody.
    private static RelayVerdict VerdictOf(MailAddress address) => address switch
    {
        { Domain: not "here.test" } => default,
        { LocalPart: "nobody" } => new RelayVerdict(null, RelayRefusal.UnknownUser),
        _ => new RelayVerdict(address.LocalPart, RelayRefusal.None),
    };

    public QueueSpool.Entry Add(string id, params string[] to) => Add(id, Notify.Default, to);

    public QueueSpool.Entry Add(string id, Notify notify, params string[] to)
    {
        var entry = new QueueSpool.Entry(id, Clock.GetUtcNow(), notify, to);
        Queue.Enqueue(entry);
        Network.Work();
        return entry;
    }

    /// <summary>Turns the clock on to each moment at which the queue has something to do, until the end.</summary>
    public void Pass(TimeSpan time)
    {
        DateTimeOffset end = Clock.GetUtcNow() + time;
        while (Queue.NextDue is { } due && due <= end)
        {
            Clock.TurnTo(due);
            Turn();
        }
        Clock.TurnTo(end);
        Turn();
    }

    public void Turn()
    {
        Queue.Tick();
        Network.Work();
        Queue.Tick();
        Network.Work();
    }

    /// <summary>
    /// Turns the queue, which works beside this thread, until something has happened as often as it must.
    /// </summary>
    public void TurnUntil(CountdownEvent done)
    {
        for (int i = 0; i < 300 && !done.Wait(TimeSpan.FromMilliseconds(100)); i++)
            Turn();
        Assert.True(done.IsSet);
    }

    public QueuedRecipientView Find(string id, int recipient = 0)
    {
        Assert.Equal(Fault.None, Queue.Find(id, out QueuedMessageView? message));
        return message!.Recipients[recipient];
    }

    public void Dispose()
    {
        Queue.Dispose();
        _workers.Stop(TimeSpan.FromSeconds(10));
    }

    private sealed class EntryContent(ISpoolEntry entry) : IMessageSource
    {
        private bool _isRead;
        public long WireLength => entry.Content.WireLength;
        public bool IsEightBit => false;

        public bool TryRead(Span<byte> buffer, Action ready, out int count)
        {
            count = _isRead ? 0 : (int)Math.Min(buffer.Length, entry.Content.Length);
            _isRead = true;
            return true;
        }
    }
}

/// <summary>A clock that stands until it is turned.</summary>
internal sealed class ManualClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void TurnTo(DateTimeOffset time) => _now = time > _now ? time : _now;

    public void Turn(TimeSpan time) => _now += time;
}

/// <summary>A spool that keeps nothing but what it was told.</summary>
internal sealed class QueueSpool(ISpoolEntry[] recovered) : ISpool
{
    public ISpoolConsumer? Consumer { get; private set; }
    public Action Marked { get; set; } = () => { };
    public List<string> Marks { get; } = [];
    public List<Envelope> Written { get; } = [];
    public Fault WriteFault { get; set; }

    public void Start(ISpoolConsumer? local, ISpoolConsumer? remote)
    {
        Consumer = remote;
        foreach (ISpoolEntry entry in recovered)
            remote!.Take(entry, isNew: false, () => { });
    }

    public void GiveBack(ISpoolConsumer consumer, ISpoolEntry entry, DateTimeOffset notBefore)
        => throw new NotSupportedException();

    public Fault TryBegin(Envelope envelope, long expectedLength, out ISpoolWriter writer)
    {
        writer = new Writer(this, envelope);
        return WriteFault;
    }

    public void MarkDone(ISpoolEntry entry, ReadOnlySpan<int> recipients, bool soon = false)
    {
        foreach (int recipient in recipients)
            ((Entry)entry).Done.Add(recipient);
        Marks.Add($"{entry.Id} {string.Join(' ', recipients.ToArray())}{(soon ? " soon" : "")}");
        Marked();
    }

    public void Annotate(ISpoolEntry entry, ReadOnlyMemory<byte> note) => ((Entry)entry).Note = note.ToArray();

    public Fault Flush() => Fault.None;

    public void Dispose()
    {
    }

    internal sealed class Entry : ISpoolEntry
    {
        public Entry(string id, DateTimeOffset received, Notify notify, params string[] to)
        {
            Id = id;
            Envelope.Received = received;
            Assert.True(MailAddress.TryParse("sender@from.test", out MailAddress sender));
            Envelope.ReversePath = sender;
            foreach (string one in to)
            {
                Assert.True(MailAddress.TryParse(one, out MailAddress address), one);
                string? maildrop = address.Domain == "here.test" ? address.LocalPart : null;
                Envelope.Recipients.Add(new Recipient(address, maildrop) { Notify = notify });
            }
        }

        public HashSet<int> Done { get; } = [];
        public string Id { get; }
        public Envelope Envelope { get; } = new();
        public MessageContent Content { get; set; } =
            new TextContent("Return-Path: <sender@from.test>\nSubject: x\n\ntext\n");
        public ReadOnlyMemory<byte> Note { get; set; }
        public bool IsDone(int recipient) => Done.Contains(recipient);
        public bool IsClaimed { get; set; } = true;
    }

    private sealed class Writer(QueueSpool spool, Envelope envelope) : ISpoolWriter
    {
        public string Id => $"written{spool.Written.Count}";
        public long Length => 0;
        public bool Append(ReadOnlySpan<byte> text, Action resume) => true;

        public void ReserveInFront(int octets) => throw new NotSupportedException();
        public Fault PutInFront(ReadOnlySpan<byte> fields) => throw new NotSupportedException();

        public void Commit(Action<Fault> completed)
        {
            spool.Written.Add(envelope);
            completed(Fault.None);
        }

        public void Discard()
        {
        }
    }
}

/// <summary>DSNs that are only recorded.</summary>
internal sealed class RecordedDsns : IDsnSender
{
    public List<string> Sent { get; } = [];
    public Fault Fault { get; set; }

    public void Send(ISpoolEntry about, DsnKind kind, IReadOnlyList<DsnRecipient> recipients,
        Action<Fault> committed)
    {
        if (Fault == Fault.None)
            Sent.Add($"{kind} {about.Id} {string.Join(", ", recipients.Select(Words))}");
        committed(Fault);
    }

    private static string Words(DsnRecipient one)
        => $"{one.Recipient.Address} {one.Result.Status} {one.Diagnostic} [{one.RemoteHost}]";
}

/// <summary>
/// A network in which each next hop answers as a script says. Nothing happens before <see cref="Work"/>.
/// </summary>
internal sealed class ScriptedNetwork : IRemoteDelivery
{
    private readonly List<Attempt> _attempts = [];

    /// <summary>What a next hop answers for a recipient: a reply code, or a fault.</summary>
    public Dictionary<string, Func<string, object>> Answers { get; } = [];

    /// <summary>Next hops that cannot be reached, and how an attempt to reach them ends.</summary>
    public Dictionary<string, AttemptResult> Down { get; } = [];

    /// <summary>Transactions as next hops saw them: next hop, and recipients.</summary>
    public List<string> Seen { get; } = [];

    /// <summary>Attempts begun so far, by next hop.</summary>
    public List<string> Begun { get; } = [];

    public bool OffersDsn { get; set; }
    public bool OffersDeliverBy { get; set; }

    /// <summary>BY (RFC 2852) of the last transaction, as a next hop saw it.</summary>
    public DeliverBy? DeliverBy { get; private set; }

    /// <summary>Next hops whose attempts stay as they are, as those to a host that does not answer.</summary>
    public HashSet<string> Hanging { get; } = [];

    /// <summary>Messages that a connection takes before it is closed without a word.</summary>
    public int MessagesPerConnection { get; set; } = int.MaxValue;

    public int MostAtOnce { get; private set; }

    /// <summary>How an attempt ends that reached no host.</summary>
    public static AttemptResult NotReached(Fault fault, string status, string text, bool isPermanent = false) => new()
    {
        Kind = isPermanent ? AttemptResultKind.Failed : AttemptResultKind.Deferred,
        Fault = fault,
        Enhanced = status,
        Happened = text,
    };

    public IDeliveryAttempt Begin(string nextHop, IAttemptOwner owner)
    {
        var attempt = new Attempt(this, nextHop, owner);
        lock (_attempts)
        {
            _attempts.Add(attempt);
            Begun.Add(nextHop);
            MostAtOnce = Math.Max(MostAtOnce, _attempts.Count);
        }
        return attempt;
    }

    public void Work()
    {
        while (TryDequeue() is { } attempt)
            attempt.Work();
    }

    private Attempt? TryDequeue()
    {
        lock (_attempts)
        {
            int index = _attempts.FindIndex(attempt => !Hanging.Contains(attempt.NextHop));
            if (index < 0)
                return null;
            Attempt attempt = _attempts[index];
            _attempts.RemoveAt(index);
            return attempt;
        }
    }

    private sealed class Attempt(ScriptedNetwork network, string nextHop, IAttemptOwner owner) : IDeliveryAttempt
    {
        public string NextHop => nextHop;
        public bool WasReady { get; private set; }

        public void Cancel()
        {
            lock (network._attempts)
                network._attempts.Remove(this);
            owner.Ended(this, NotReached(Fault.Cancelled, "", "cut"));
        }

        public void GiveUpWaiting()
        {
        }

        public void Work()
        {
            if (network.Down.TryGetValue(nextHop, out AttemptResult? end))
                owner.Ended(this, end);
            else
                Speak();
        }

        private void Speak()
        {
            WasReady = true;
            var host = new RemoteHost(
                $"mx.{nextHop}", new IPEndPoint(IPAddress.Loopback, 25), null, false, network.OffersDsn);
            for (int i = 0; owner.NextTransaction(this) is { } transaction; i++)
            {
                if (i >= network.MessagesPerConnection)
                {
                    owner.Returned(this, transaction);
                    owner.Ended(this, NotReached(Fault.Closed, "", "closed"));
                    return;
                }
                network.Seen.Add(
                    $"{nextHop}: {string.Join(' ', transaction.Recipients.Select(one => one.Address.Text))}");
                transaction.Host = host;
                transaction.IsDsnOffered = network.OffersDsn;
                transaction.IsDeliverByOffered = network.OffersDeliverBy;
                network.DeliverBy = transaction.DeliverBy;
                Answer(transaction);
                owner.Completed(this, transaction);
            }
            owner.Ended(this, NotReached(Fault.None, "", ""));
        }

        private void Answer(SmtpClientTransaction transaction)
        {
            Reply final = new(250, "2.0.0", "taken");
            for (int i = 0; i < transaction.Recipients.Count; i++)
            {
                if (transaction.IsSaidBefore(i))
                    continue;
                object answer = network.Answers.TryGetValue(nextHop, out Func<string, object>? script)
                    ? script(transaction.Recipients[i].Address.Text)
                    : final;
                if (answer is Fault fault)
                    transaction.Fail(i, fault, SmtpStage.Mail);
                else if (ReplyOf(answer) is { IsPositive: true } reply)
                    final = reply;
                else
                    transaction.ApplyRcptReply(i, ReplyOf(answer));
            }
            transaction.ApplyReply(final, SmtpStage.EndOfData);
            transaction.MarkLeftOver();
        }

        private static Reply ReplyOf(object answer) => answer as Reply ?? ((int)answer == 250
            ? new Reply(250, "2.0.0", "taken")
            : new Reply((int)answer, "", "said so"));
    }
}
