using System.Buffers;
using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// One message of the host on its way: the text made whole, the recipients divided into legs (one for each next hop, one for the spool), side by side, and a final state for each recipient
/// exactly once, whatever happens. Any thread.
/// </summary>
/// <remarks>
/// Who gives a recipient its final state first wins; a cancel gives it to all that have none, at once, and only then cuts what is under way. So a cancel waits for nothing, and what
/// comes late counts for nothing. The text lives until everybody is final and every leg has ended, for a leg that was cut may still be reading.
/// </remarks>
public sealed partial class Submission : IWork
{
    private readonly SubmissionRequest _request;
    private readonly SubmissionParts _parts;
    private readonly Func<MessageText, Fault>? _fill;
    private readonly NoticeQueue _notices;
    private readonly Lock _gate = new();
    private readonly ManualResetEvent _completed = new(false);
    private readonly List<ILeg> _legs = [];
    private HeaderScan _header;
    private int _users;
    private int _open;
    private bool _isGivenUp;

    /// <param name="text">This object disposes of it.</param>
    /// <param name="fill">Writes the text, on a worker, if it is not there yet; may block. Null: it is.</param>
    public Submission(SubmissionRequest request, MessageText text, Func<MessageText, Fault>? fill, ISubmissionObserver? observer, SubmissionParts parts)
    {
        _request = request;
        _parts = parts;
        _fill = fill;
        Text = text;
        _open = request.Recipients.Count;
        _notices = new NoticeQueue(parts.Workers, observer);
    }

    public IReadOnlyList<SubmittedRecipient> Recipients => _request.Recipients;

    /// <summary>None if every recipient was delivered to or queued; else the worst: a final refusal before a passing one. <see cref="Fault.State"/> while something is not final.</summary>
    public Fault Result => Recipients.Select(recipient => recipient.Outcome?.Fault ?? Fault.State).OrderByDescending(Weight).First();

    /// <summary>Told when every recipient has its final state; any thread, must not block.</summary>
    public event Action<Submission>? Completed;

    internal MessageText Text { get; }
    internal ISpool? Spool => _parts.Spool;

    /// <summary>Begins; once. Nothing after <see cref="Cancel"/> or <see cref="Fail"/>.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_open == 0)
                return;
            _users++;
        }
        _parts.Workers.Run(this);
    }

    /// <summary>Blocks until every recipient has its final state, or the time is up (false).</summary>
    public bool WaitForResult(TimeSpan timeout) => _completed.WaitOne(timeout);

    /// <summary>Blocks until every recipient has its final state and the observer has heard the last of it.</summary>
    public void Wait() => _notices.WaitForLast();

    /// <summary>Gives up what is not final yet, with <see cref="Fault.Cancelled"/>; any thread, at any time. When it returns everything is final; the network is let go of a moment later.</summary>
    public void Cancel() => Fail(Fault.Cancelled);

    /// <summary>Likewise with another fault; in place of <see cref="Start"/>: nothing is tried.</summary>
    public void Fail(Fault fault)
    {
        ILeg[] legs;
        List<SubmittedRecipient> given;
        lock (_gate)
        {
            _isGivenUp = true;
            legs = [.. _legs];
            given = [.. Recipients.Where(recipient => recipient.Outcome is null)];
            foreach (SubmittedRecipient recipient in given)
                TrySettle(recipient, SubmissionOutcome.Failed(fault, FaultWords.Of(fault)) with { IsUnknown = Array.Exists(legs, leg => leg.AwaitsVerdict(recipient)) }, 0);
        }
        if (given.Count > 0)
            Complete(given);
        foreach (ILeg leg in legs)
            leg.Cancel();
    }

    void IWork.Run()
    {
        Fault fault = MakeWhole();
        if (fault != Fault.None)
            Fail(fault);
        else
            foreach (ILeg leg in Divide())
                leg.Begin();
        LetGo();
    }

    private Fault MakeWhole()
    {
        Fault fault = _fill?.Invoke(Text) ?? Fault.None;
        if (fault == Fault.None)
            fault = Text.Finish();
        if (fault == Fault.None && _request.Way != SubmissionWay.GivenServer)
            _header = SubmissionFields.Scan(Text);
        return fault;
    }

    /// <summary>The legs to begin; none after a cancel.</summary>
    private ILeg[] Divide()
    {
        foreach (SubmittedRecipient recipient in Recipients)
            if (recipient.Refusal is { } refusal)
                Settle(recipient, SubmissionOutcome.Refused(refusal), 0);
        SubmittedRecipient[] taken = [.. Recipients.Where(recipient => recipient.Refusal is null)];
        lock (_gate)
        {
            if (_isGivenUp || taken.Length == 0)
                return [];
            _legs.AddRange(LegsOf(taken));
            _users += _legs.Count;
            return [.. _legs];
        }
    }

    private IEnumerable<ILeg> LegsOf(SubmittedRecipient[] taken) => _request.Way switch
    {
        SubmissionWay.GivenServer => [Remote(_request.NextHop, taken)],
        SubmissionWay.Queue => [new SpoolLeg(this, taken, SubmissionState.Queued)],
        _ => DirectLegs(taken),
    };

    private IEnumerable<ILeg> DirectLegs(SubmittedRecipient[] taken)
    {
        SubmittedRecipient[] local = [.. taken.Where(recipient => recipient.Recipient.Maildrop is not null)];
        foreach (IGrouping<string, SubmittedRecipient> group in taken.Except(local).GroupBy(recipient => _parts.NextHopOf(recipient.Address.Domain)))
            yield return Remote(group.Key, [.. group]);
        // Last, for it keeps the thread until the text is on its way to the disk.
        if (local.Length > 0)
            yield return new SpoolLeg(this, local, SubmissionState.Done);
    }

    private RemoteLeg Remote(string nextHop, SubmittedRecipient[] recipients) => new(this, recipients, owner => _parts.RemoteDelivery.Begin(nextHop, owner));

    /// <summary>A leg has nothing more to do with the text, the network or the disk.</summary>
    internal void Ended(ILeg leg) => LetGo();

    private void LetGo()
    {
        bool isLast;
        lock (_gate)
            isLast = --_users == 0 && _open == 0;
        if (isLast)
            DropText();
    }

    // Giving the octets of a large file back takes the file system a while, and this may be the committer's thread.
    private void DropText()
    {
        if (Text.IsInMemory)
            Text.Dispose();
        else
            _parts.Workers.Run(new Disposal(Text));
    }

    private sealed class Disposal(MessageText text) : IWork
    {
        public void Run() => text.Dispose();
    }
}
