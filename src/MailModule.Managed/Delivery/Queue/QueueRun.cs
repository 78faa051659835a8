using MailModule.Delivery.Remote;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>One connection's worth of work for one destination. Passes on what it hears; its fields are guarded by the queue's lock.</summary>
internal sealed class QueueRun(MailQueue queue, Destination destination) : IAttemptOwner
{
    private IDeliveryAttempt? _remote;
    private bool _isCut;

    public Destination Destination => destination;

    /// <summary>Handed out, without a result yet: two at most, for the next may be asked for before the last is judged.</summary>
    public List<Job> Jobs { get; } = new(2);

    /// <summary>A host was ready for mail.</summary>
    public bool IsReady { get; set; }

    /// <summary>Messages it has brought over.</summary>
    public int Delivered { get; set; }

    public void Begin(IRemoteDelivery carrier)
    {
        IDeliveryAttempt remote = carrier.Begin(destination.NextHop, this);
        Volatile.Write(ref _remote, remote);
        if (Volatile.Read(ref _isCut))
            remote.Cancel();
    }

    public void Cancel()
    {
        Volatile.Write(ref _isCut, true);
        Volatile.Read(ref _remote)?.Cancel();
    }

    public Job Take(SmtpTransaction transaction)
    {
        Job job = Jobs.Find(one => one.Transaction == transaction)!;
        Jobs.Remove(job);
        job.Transaction = null;
        return job;
    }

    public SmtpTransaction? NextTransaction(IDeliveryAttempt run) => queue.Next(this);

    public void Sending(IDeliveryAttempt run, SmtpTransaction transaction)
    {
    }

    public void Completed(IDeliveryAttempt run, SmtpTransaction transaction) => queue.Completed(this, run, transaction);

    public void Returned(IDeliveryAttempt run, SmtpTransaction transaction) => queue.Returned(this, transaction);

    public void Ended(IDeliveryAttempt run, AttemptEnd end) => queue.Ended(this, run, end);
}
