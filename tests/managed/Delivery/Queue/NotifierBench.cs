using MailModule.Delivery.Queue;
using MailModule.Delivery.Reports;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>A notifier with a table and nothing else of the queue.</summary>
internal sealed class NotifierBench : IDisposable
{
    private readonly Workers _workers = new(1);

    /// <param name="copyFolder">Where copies are kept; null: none are.</param>
    public NotifierBench(IDsnSender dsns, string? copyFolder = null)
    {
        var dependencies = new QueueDependencies
        {
            Spool = Spool,
            RemoteDelivery = new ScriptedNetwork(),
            DsnSender = dsns,
            Workers = _workers,
            NextHopOf = (domain, _) => domain,
            ContentOf = _ => throw new InvalidOperationException("nothing is sent here"),
            VerdictOf = _ => default,
            Copies = new KeptCopies(_ => copyFolder, Disk.Real),
            Time = Clock,
        };
        Table = new QueueTable(Spool, dependencies.NextHopOf);
        Notifier = new Notifier(Table, new QueueEvents(_workers, Log.None, Clock), dependencies);
    }

    public ManualClock Clock { get; } = new();
    public QueueSpool Spool { get; } = new([]);
    public QueueTable Table { get; }
    public Notifier Notifier { get; }

    public void Dispose() => _workers.Stop(TimeSpan.FromSeconds(10));
}
