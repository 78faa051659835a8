using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Pooling;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Delivery.Signing;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;
using Submission = MailModule.Delivery.Outgoing.Submission;

namespace MailModule.Engine.Sending;

/// <summary>
/// What opens the spool, if it is not open yet: <see cref="Fault.Locked"/>, <see cref="Fault.Io"/>,
/// <see cref="Fault.Full"/>.
/// </summary>
internal delegate Fault OpenSpool(out ISpool? spool, out string? text);

/// <summary>The messages of the host that are on their way out.</summary>
/// <param name="mayBlock">Whether the calling thread may wait; false inside a callback on the I/O thread.</param>
/// <param name="signing">How messages of ours are signed at this moment; null: they are not.</param>
internal sealed class OutgoingMail(
    EngineSettings settings, OutboundDelivery hosts, OpenSpool openSpool, Func<bool> mayBlock, HostCalls calls,
    Workers workers, Func<SigningOptions?> signing, Log log) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<Submission> _underWay = [];
    private readonly ConnectionPool _pool = new(
        hosts.AttemptDependencies, hosts.Router, () => LimitsOf(settings.Current));
    private bool _isStopping;

    public bool IsAsync => settings.Current.Flag(Keys.Async);

    public bool IsStopping
    {
        get
        {
            lock (_lock)
                return _isStopping;
        }
    }

    /// <summary>How messages of ours are signed at this moment, and not the host's alone.</summary>
    public Func<SigningOptions?> Signing => signing;

    public bool MayBlock => mayBlock();

    /// <summary>Where the host's callbacks are counted while they run.</summary>
    public HostCalls Calls => calls;

    public SubmissionContent NewContent() => new(settings.Current.ScratchFolder);

    /// <summary>Reads an envelope sender, bare or in angle brackets; empty is the null path.</summary>
    public static bool TryReadSender(string text, out MailAddress sender, out string? problem)
    {
        sender = MailAddress.Null;
        string bare = text.Length > 1 && text[0] == '<' && text[^1] == '>' ? text[1..^1] : text;
        bool isRight = bare.Length == 0 || MailAddress.TryParse(bare, out sender);
        problem = isRight ? null : $"the sender is not an address: {text}";
        return isRight;
    }

    /// <summary>
    /// Opens what a route needs beside the network: the spool for the queue, so that its faults show before content is
    /// written.
    /// </summary>
    public Fault OpenSpoolFor(SendRoute route, out string? text)
    {
        text = null;
        return route.Kind == SubmissionRoute.Queue ? openSpool(out _, out text) : Fault.None;
    }

    /// <summary>A submission that has not begun. The spool's faults, where a recipient's mail goes there.</summary>
    /// <param name="fill">Writes the content when the submission begins; null: the content is complete.</param>
    public Fault TryMake(
        SendOptions options, MailAddress from, IReadOnlyList<Recipient> to, SubmissionContent message,
        Func<SubmissionContent, Fault>? fill, ISubmissionObserver? observer, out Submission? submission,
            out string? text)
    {
        text = null;
        submission = null;
        SettingValues values = settings.Current;
        bool isGiven = options.Route.Kind == SubmissionRoute.Server;
        SubmittedRecipient[] recipients =
            [.. to.Select(one => isGiven ? new(one, null) : SubmissionRequest.ResolveRecipient(one, values.Relay))];
        ISpool? spool = null;
        bool usesSpool = options.Route.Kind == SubmissionRoute.Queue
            || Array.Exists(recipients, one => one.Recipient.Maildrop is not null);
        Fault fault = usesSpool ? openSpool(out spool, out text) : Fault.None;
        if (fault != Fault.None)
            return fault;
        var request = new SubmissionRequest
        {
            Route = options.Route.Kind,
            From = from,
            Recipients = recipients,
            NextHop = isGiven
                ? NextHop.OfHost(options.Route.Host.Trim('[', ']'), options.Route.Port)
                : "",
            Return = options.Return,
            EnvelopeId = options.EnvelopeId,
        };
        submission = new Submission(request, message, fill, observer, DependenciesFor(options, values, spool));
        return Fault.None;
    }

    /// <summary>Starts a submission, or fails it when the engine is on its way down.</summary>
    public void Begin(Submission submission)
    {
        bool isLate;
        submission.Completed += Forget;
        lock (_lock)
        {
            isLate = _isStopping;
            if (!isLate)
                _underWay.Add(submission);
        }
        if (isLate)
            submission.Fail(Fault.Cancelled);
        else
            submission.Start();
        // Cancelled before it stood in the list: then nobody takes it out any more.
        if (submission.WaitForOutcome(TimeSpan.Zero))
            Forget(submission);
    }

    /// <summary>
    /// What is under way may end until the time is up; then it is cut and fails with <see cref="Fault.Cancelled"/>.
    /// </summary>
    public void Stop(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        Submission[] left;
        lock (_lock)
            _isStopping = true;
        while ((left = Unfinished()).Length > 0 && deadline - Environment.TickCount64 is > 0 and var rest)
            left[0].WaitForOutcome(TimeSpan.FromMilliseconds(rest));
        foreach (Submission submission in Unfinished())
            submission.Cancel();
        _pool.Stop();
    }

    public void Dispose() => Stop(TimeSpan.Zero);

    private SubmissionDependencies DependenciesFor(SendOptions options, SettingValues values, ISpool? spool) => new()
    {
        Workers = workers,
        RemoteDelivery = new PooledDelivery(_pool, nextHop => RemoteOptionsFor(options, nextHop)),
        NextHopOf = hosts.Router.NextHopOf,
        HostName = values.OwnName.Text,
        Spool = spool,
        Signing = signing(),
        OwnId = values.Checks.Authentication.ToldBy,
        Log = log,
    };

    private static PoolLimits LimitsOf(SettingValues values) => new(
        TimeSpan.FromSeconds(values.Int(Keys.PoolIdle)), values.Int(Keys.PoolMax), values.Int(Keys.PoolHostMax),
        values.Int(Keys.PoolMessages));

    private RemoteOptions RemoteOptionsFor(SendOptions options, string nextHop)
    {
        bool isGiven = options.Route.Kind == SubmissionRoute.Server;
        return RemoteOptionsOverride.Apply(
            isGiven ? hosts.GeneralOptions(settings.Current) : hosts.OptionsFor(nextHop), options);
    }

    private Submission[] Unfinished()
    {
        lock (_lock)
            return [.. _underWay];
    }

    private void Forget(Submission submission)
    {
        lock (_lock)
            _underWay.Remove(submission);
    }
}
