using System.Buffers;
using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// One message of the host program on its way: its content is completed, its recipients are divided into groups (one
/// for each next hop, one for the spool) that go side by side, and each recipient gets a final state exactly once,
/// whatever happens. Any thread.
/// </summary>
/// <remarks>
/// The first final state that a recipient is given counts; a cancel gives one to all recipients that have none, at
/// once, and only then cuts what is under way. So a cancel waits for nothing, and a result that comes late counts for
/// nothing. The content lives until every recipient has its final state and every group has ended, for a group that was
/// cut may still be reading.
/// </remarks>
internal sealed partial class Submission : IJob
{
    private readonly SubmissionRequest _request;
    private readonly SubmissionDependencies _dependencies;
    private readonly Func<SubmissionContent, Fault>? _fill;
    private readonly ObserverQueue _observers;
    private readonly Lock _lock = new();
    private readonly ManualResetEvent _completed = new(false);
    private readonly List<IRecipientGroup> _groups = [];
    private SubmissionHeader _header = SubmissionHeader.Untouched;
    private SubmissionSignature? _signature;
    private int _contentUsers;
    private int _open;
    private bool _isGivenUp;

    /// <param name="content">This object disposes of it.</param>
    /// <param name="fill">Writes the content, on a worker, if it is not there yet; may block. Null: the content is
    /// there.</param>
    public Submission(
        SubmissionRequest request, SubmissionContent content, Func<SubmissionContent, Fault>? fill,
        ISubmissionObserver? observer, SubmissionDependencies dependencies)
    {
        _request = request;
        _dependencies = dependencies;
        _fill = fill;
        Content = content;
        _open = request.Recipients.Count;
        for (int i = 0; i < _open; i++)
            request.Recipients[i].Index = i;
        _observers = new ObserverQueue(dependencies.Workers, observer);
    }

    public IReadOnlyList<SubmittedRecipient> Recipients => _request.Recipients;

    /// <summary>
    /// None if every recipient was delivered to or queued; else the worst: a permanent failure before a temporary one.
    /// <see cref="Fault.State"/> while something is not final.
    /// </summary>
    public Fault Outcome => Worst.Outcome;

    /// <summary>The first of the recipients whose outcome is the message's.</summary>
    public SubmittedRecipient Worst => Recipients.OrderByDescending(recipient => Weight(recipient.Outcome)).First();

    /// <summary>Whom the outcome is about, and what happened, for a person.</summary>
    public string OutcomeText
    {
        get
        {
            SubmittedRecipient worst = Worst;
            string words = worst.Result is { } result ? FailureText.Of(result) : "";
            return $"{worst.Address}: {words}";
        }
    }

    /// <summary>Raised when every recipient has its final state; any thread, must not block.</summary>
    public event Action<Submission>? Completed;

    internal SubmissionContent Content { get; private set; }
    internal ISpool? Spool => _dependencies.Spool;

    /// <inheritdoc cref="SubmissionDependencies.OwnId"/>
    internal string? OwnId => _dependencies.OwnId;

    /// <summary>Begins; once. Nothing after <see cref="Cancel"/> or <see cref="Fail"/>.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_open == 0)
                return;
            _contentUsers++;
        }
        _dependencies.Workers.Run(this);
    }

    /// <summary>Blocks until every recipient has its final state, or the time is up (false).</summary>
    public bool WaitForOutcome(TimeSpan timeout) => _completed.WaitOne(timeout);

    /// <summary>Blocks until every recipient has its final state and the observer has heard the last of it.</summary>
    public void Wait() => _observers.WaitForLast();

    /// <summary>
    /// Gives up the recipients that are not final yet, with <see cref="Fault.Cancelled"/>; any thread, at any time.
    /// When it returns all are final; the network is let go of a moment later.
    /// </summary>
    public void Cancel() => Fail(Fault.Cancelled);

    /// <summary>
    /// As <see cref="Cancel"/>, with another fault; in place of <see cref="Start"/>: nothing is tried.
    /// </summary>
    /// <param name="happened">What it is about, for a person; empty: the fault's own words.</param>
    public void Fail(Fault fault, string happened = "")
    {
        IRecipientGroup[] groups;
        List<SubmittedRecipient> given;
        lock (_lock)
        {
            _isGivenUp = true;
            groups = [.. _groups];
            given = [.. Recipients.Where(recipient => !recipient.IsFinal)];
            foreach (SubmittedRecipient recipient in given)
            {
                AttemptResult result = GivenUp(fault, happened, recipient.MayBeTaken);
                TryFinishRecipient(recipient, SubmissionState.Failed, result, "", 0);
            }
        }
        // Where nothing was left to give up, nothing is to be cut: connections end as they should, or go on for others.
        if (given.Count == 0)
            return;
        Complete(given);
        foreach (IRecipientGroup group in groups)
            group.Cancel();
    }

    // By the host program, or for a fault of this machine's: no attempt says so.
    private static AttemptResult GivenUp(Fault fault, string happened, bool isUnknown) => new()
    {
        Kind = AttemptResultKind.Failed,
        Fault = fault,
        Happened = fault == Fault.Cancelled && happened.Length == 0 ? "cancelled" : happened,
        IsUnknown = isUnknown,
    };

    void IJob.Run()
    {
        Fault fault = CompleteContent();
        if (fault != Fault.None)
            Fail(fault, FaultReason.Take(fault) ?? Content.Problem);
        else
            foreach (IRecipientGroup group in GroupRecipients())
                group.Begin();
        ReleaseContent();
    }

    private Fault CompleteContent()
    {
        Fault fault = _fill?.Invoke(Content) ?? Fault.None;
        if (fault == Fault.None)
            fault = Content.Finish();
        if (fault != Fault.None)
            return fault;
        if (_request.Route != SubmissionRoute.Server)
            _header = SubmissionHeader.Read(Content);
        if (_dependencies.Signing is { } options)
            Sign(options);
        return Fault.None;
    }

    /// <summary>The groups to begin; none after a cancel.</summary>
    private IRecipientGroup[] GroupRecipients()
    {
        foreach (SubmittedRecipient recipient in Recipients)
            if (recipient.Refusal is { } refusal)
                FinishRecipient(
                    recipient, AttemptResult.Of(refusal, Fault.RefusedPermanent, SmtpStage.Rcpt, null), 0);
        SubmittedRecipient[] taken = [.. Recipients.Where(recipient => recipient.Refusal is null)];
        lock (_lock)
        {
            if (_isGivenUp || taken.Length == 0)
                return [];
            _groups.AddRange(GroupsOf(taken));
            _contentUsers += _groups.Count;
            return [.. _groups];
        }
    }

    private IEnumerable<IRecipientGroup> GroupsOf(SubmittedRecipient[] taken) => _request.Route switch
    {
        SubmissionRoute.Server => [Remote(_request.NextHop, taken)],
        SubmissionRoute.Queue => [new SpoolRecipientGroup(this, taken, SubmissionState.Queued)],
        _ => DirectGroups(taken),
    };

    private IEnumerable<IRecipientGroup> DirectGroups(SubmittedRecipient[] taken)
    {
        SubmittedRecipient[] local = [.. taken.Where(recipient => recipient.Recipient.Maildrop is not null)];
        IEnumerable<SubmittedRecipient> remote = taken.Except(local);
        foreach (var group in remote.GroupBy(recipient => NextHopOf(recipient)))
            yield return Remote(group.Key, [.. group]);
        // Last, for this group keeps the thread until the content is on its way to the disk.
        if (local.Length > 0)
            yield return new SpoolRecipientGroup(this, local, SubmissionState.Done);
    }

    private string NextHopOf(SubmittedRecipient recipient)
        => _dependencies.NextHopOf(recipient.Address.Domain, false); // the host has chosen it

    private RemoteRecipientGroup Remote(string nextHop, SubmittedRecipient[] recipients)
        => new(this, recipients, new(_dependencies.RemoteDelivery, nextHop, NewTransaction));

    /// <summary>
    /// For a group that is about to do what cannot be called back; false: the submission is given up. One step with
    /// <see cref="Fail"/>, which either comes first, or finds the mark (<see cref="SubmittedRecipient.MayBeTaken"/>):
    /// or a cancel could say that nothing was taken, of a message that goes its way, or has just been taken.
    /// </summary>
    /// <param name="concerned">Who gets the message by it.</param>
    internal bool TryPassCancel(IEnumerable<SubmittedRecipient> concerned)
    {
        lock (_lock)
        {
            if (_isGivenUp)
                return false;
            foreach (SubmittedRecipient recipient in concerned)
                recipient.MayBeTaken = true;
            return true;
        }
    }

    /// <summary>What was begun for them has come to nothing, and they are to be tried again.</summary>
    internal void WereNotTaken(IEnumerable<SubmittedRecipient> recipients)
    {
        lock (_lock)
            foreach (SubmittedRecipient recipient in recipients)
                recipient.MayBeTaken = false;
    }

    /// <summary>A group has nothing more to do with the content, the network or the disk.</summary>
    internal void Ended(IRecipientGroup group) => ReleaseContent();

    private void ReleaseContent()
    {
        bool isLast;
        lock (_lock)
            isLast = --_contentUsers == 0 && _open == 0;
        if (isLast)
            DisposeContent();
    }

    // To free a large file takes the file system a while, and this may be the committer's thread.
    private void DisposeContent()
    {
        if (Content.IsInMemory)
            Content.Dispose();
        else
            _dependencies.Workers.Run(new Disposal(Content));
    }

    private sealed class Disposal(SubmissionContent content) : IJob
    {
        public void Run() => content.Dispose();
    }
}
