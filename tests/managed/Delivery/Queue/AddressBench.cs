using MailModule.Delivery;
using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>A queue before an <see cref="AddressNetwork"/>, with the clock in the test's hands.</summary>
internal sealed class AddressBench : IDisposable
{
    private readonly Workers _workers = new(4);
    private readonly List<string> _lines = [];
    private int _messages;

    /// <param name="smarthost">The next hop of all mail.</param>
    public AddressBench(string? smarthost = null)
    {
        Network = new AddressNetwork(Clock);
        Queue = new MailQueue(new QueueDependencies
        {
            Spool = Spool,
            RemoteDelivery = Network,
            DsnSender = Dsns,
            Workers = _workers,
            NextHopOf = (domain, _) => smarthost ?? domain,
            ContentOf = _ => new Nothing(),
            VerdictOf = _ => default,
            Schedule = () => RetrySchedule.Default,
            Log = new Log(LogLevel.Info, (_, _, line) => _lines.Add(line)),
            Time = Clock,
        });
        Spool.Start(null, Queue);
        Queue.Resume();
    }

    public ManualClock Clock { get; } = new();
    public QueueSpool Spool { get; } = new([]);
    public AddressNetwork Network { get; }
    public RecordedDsns Dsns { get; } = new();
    public MailQueue Queue { get; }

    /// <summary>The log's lines that are about no message. The bench is at its end: a worker may have had lines left
    /// to write.</summary>
    public string[] Notes
    {
        get
        {
            Assert.True(_workers.Stop(TimeSpan.FromSeconds(20)));
            return [.. _lines.Where(line => !(line[0] == 'm' && char.IsDigit(line[1])))];
        }
    }

    /// <returns>The message's id.</returns>
    public string Mail(string to, string from = "sender@from.test")
    {
        Assert.True(MailAddress.TryParse(from, out MailAddress sender));
        return Add(to, sender);
    }

    /// <inheritdoc cref="Mail"/>
    public string Report(string to) => Add(to, MailAddress.Null);

    private string Add(string to, MailAddress from)
    {
        var entry = new QueueSpool.Entry($"m{++_messages}", Clock.GetUtcNow(), Notify.Default, to);
        entry.Envelope.ReversePath = from;
        Queue.Enqueue(entry);
        return entry.Id;
    }

    /// <summary>All that happens at this moment.</summary>
    public void Turn()
    {
        Network.Work();
        Queue.Tick();
        Network.Work();
        Queue.Tick();
    }

    /// <summary>Turns the clock on, a second at a time.</summary>
    public void Pass(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            Clock.Turn(TimeSpan.FromSeconds(1));
            Turn();
        }
    }

    public QueuedRecipientView Find(string id)
    {
        Assert.Equal(Fault.None, Queue.Find(id, out QueuedMessageView? message));
        return message!.Recipients[0];
    }

    public void Dispose()
    {
        Queue.Dispose();
        _workers.Stop(TimeSpan.FromSeconds(10));
    }

    private sealed class Nothing : IMessageSource
    {
        public long WireLength => 0;
        public bool IsEightBit => false;

        public bool TryRead(Span<byte> buffer, Action ready, out int count)
        {
            count = 0;
            return true;
        }
    }
}
