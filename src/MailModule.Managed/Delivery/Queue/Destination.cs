using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The transactions that wait for one next hop, and how many connections it gets: few at first, one more for each
/// message that went well, and after a failure no more than those that are ready. So a next hop that is down costs one
/// attempt for all that waits, and a fast one is used in full. Guarded by the table's lock.
/// </summary>
/// <param name="isProven">The next hop has taken mail lately.</param>
internal sealed class Destination(string nextHop, int limit, bool isProven)
{
    /// <summary>The connections that it may begin with.</summary>
    public const int FirstWindow = 4;

    // Transactions in front that were held or removed meanwhile do not count.
    private readonly MailBeforeReports<QueuedTransaction> _waiting = new(queued => queued.State == QueueState.Ready);
    private int _window = Math.Min(FirstWindow, limit);

    public string NextHop => nextHop;

    /// <summary>Connections under way.</summary>
    public int Connections { get; private set; }

    /// <summary>Connections under way for which a host was ready.</summary>
    public int ReadyConnections { get; private set; }

    /// <summary>The line in which this destination stands for a connection; null if it stands in none.</summary>
    public RunKind? Line { get; set; }

    /// <summary>The peer with which this destination waits for a connection to end; null if it does not.</summary>
    public Peer? AwaitedPeer { get; set; }

    /// <summary>The peer whose turn this destination has been given, until it has used or passed it on.</summary>
    public Peer? AwakenedBy { get; set; }

    /// <summary>Why all that waits is to be deferred; null unless it is.</summary>
    public AttemptResult? Failure { get; set; }

    public bool IsIdle => Connections == 0 && _waiting.Count == 0 && Failure is null;

    /// <summary>Something waits that is no report.</summary>
    public bool HasMail => _waiting.HasMail;

    /// <summary>The next hop has taken mail lately, and has not been down since.</summary>
    public bool IsProven { get; set; } = isProven;

    /// <summary>What one more connection would count as.</summary>
    public RunKind Kind => new(IsReport: !HasMail, IsProven);

    /// <summary>Who has sent what waits here first; empty for reports.</summary>
    public string FirstSender => _waiting.First?.Item.Entry.Envelope.ReversePath.Text ?? "";

    /// <summary>If something waits: the next to go is a report.</summary>
    public bool IsReportNext => _waiting.IsReportNext;

    /// <summary>
    /// One more connection would have work, and is allowed. A connection that has not reached a host yet counts as one
    /// waiting transaction's.
    /// </summary>
    public bool WantsConnection => Failure is null && AwaitedPeer is null && Connections < _window
        && _waiting.Count > Connections - ReadyConnections;

    public void Enqueue(QueuedTransaction queued) => _waiting.Enqueue(queued, queued.Item.IsReport);

    /// <summary>The next transaction that still is ready; null if there is none.</summary>
    public QueuedTransaction? Dequeue() => _waiting.Dequeue();

    /// <summary>As <see cref="Dequeue()"/>, of reports or of other mail alone.</summary>
    public QueuedTransaction? Dequeue(bool isReport) => _waiting.Dequeue(isReport);

    public void BeginConnection() => Connections++;

    public void ConnectionIsReady() => ReadyConnections++;

    public void GrowWindow() => _window = Math.Min(_window + 1, limit);

    /// <param name="wasReady">A host had been ready on this connection.</param>
    /// <param name="wentWrong">The connection ended by a failure that says something about the next hop.</param>
    public void EndConnection(bool wasReady, bool wentWrong)
    {
        Connections--;
        if (wasReady)
            ReadyConnections--;
        if (wentWrong)
            _window = Math.Max(1, ReadyConnections);
    }
}
