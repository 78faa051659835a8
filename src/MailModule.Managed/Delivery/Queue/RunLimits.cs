using System.Globalization;
using MailModule.Delivery.Remote;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>
/// Whether one more attempt may begin, and whether it may connect where its look-up leads: look-ups and connections
/// have shares of their own (<see cref="RunShares"/>), and each peer has so many connections, whichever next hops lead
/// there. Guarded by the table's lock.
/// </summary>
/// <remarks>
/// An attempt whose addresses have all they may have ends, so that it holds no run, and its destination waits with one
/// of these peers. When a connection there ends, as many go on as there is room for; when the peer has failed, all do,
/// for they only have to hear of it. Who goes on and then does not connect there after all passes the turn on
/// (<see cref="PassOn"/>), so that nobody waits where there is room.
/// </remarks>
internal sealed class RunLimits(QueueDependencies dependencies, QueueEvents events)
{
    private static readonly TimeSpan LogPeriod = TimeSpan.FromMinutes(1);

    // Hosts that serve many domains get more than one of these alone would.
    private readonly PeerTable _peers = new(dependencies.ConnectionsPerDestination * 2);
    private readonly RecentSuccesses _successes = new();
    private readonly Queue<Destination> _awakened = new();

    public RunShares LookUps { get; } = new();
    public RunShares Connections { get; } = new();

    private DateTimeOffset Now => dependencies.Time.GetUtcNow();

    /// <summary>So many look-ups and so many connections at once.</summary>
    public void SetLimit(int limit) => LookUps.Limit = Connections.Limit = limit;

    public bool HasRoom(RunKind kind) => LookUps.HasRoom(kind) && Connections.HasRoom(kind);

    /// <summary>Whether the next hop has taken mail lately.</summary>
    public bool IsProven(string nextHop) => _successes.Contains(nextHop);

    /// <summary>
    /// The attempt counts as a look-up and as a connection, for most have no name server to wait for: any number would
    /// else begin for one place, all but one in vain.
    /// </summary>
    public void Begin(QueueAttempt attempt)
    {
        attempt.Began = Now;
        EnterLookUps(attempt);
        EnterConnections(attempt);
    }

    /// <summary>The attempt waits for name servers: it counts as a look-up alone until it may connect.</summary>
    public void LookingUp(QueueAttempt attempt)
    {
        if (attempt.IsLookingUp)
            LeaveConnections(attempt);
    }

    public ConnectVerdict MayConnect(QueueAttempt attempt, TargetAddress target, out AttemptResult? known)
    {
        Leave(attempt, null);
        ConnectVerdict verdict = Judge(attempt, target, out known);
        PassOn(attempt.Destination);
        return verdict;
    }

    public void Ready(QueueAttempt attempt)
    {
        attempt.Connection!.BecomeReady();
        WakeBoth(attempt);
    }

    public void NotReady(QueueAttempt attempt, AttemptResult failure) => Leave(attempt, failure);

    /// <summary>The attempt counts as a connection from now on, wherever it has connected.</summary>
    public void HandOut(QueueAttempt attempt)
    {
        LeaveLookUps(attempt);
        EnterConnections(attempt);
    }

    /// <summary>Whether the attempt's connection may be given mail, or a report.</summary>
    public bool TryServe(QueueAttempt attempt, bool isReport)
        => attempt.Kind.IsReport == isReport || TryChange(attempt, attempt.Kind with { IsReport = isReport });

    /// <summary>A host has taken one of the attempt's messages.</summary>
    public void Delivered(QueueAttempt attempt)
    {
        if (attempt.Delivered == 1)
            _successes.Add(attempt.Destination.NextHop, Now);
        attempt.Destination.IsProven = true;
        attempt.Connection?.Delivered();
        if (!attempt.Kind.IsProven)
            TryChange(attempt, attempt.Kind with { IsProven = true });
        WakeBoth(attempt);
    }

    public void End(QueueAttempt attempt, AttemptResult end)
    {
        PassOn(attempt.Destination);
        Peer? host = attempt.IsReady ? null : attempt.Connection?.Host;
        bool isInVain = attempt.IsReady && !attempt.HasAnswered && end.Fault == Fault.Timeout;
        Leave(attempt, isInVain ? end : null);
        // The attempt went to the last of the host's addresses in vain.
        if (host is not null && !attempt.IsPutOff && Peer.IsDown(end))
            Fail(host, attempt, end);
        LeaveLookUps(attempt);
        LeaveConnections(attempt);
    }

    /// <summary>The next hop is down.</summary>
    public void Down(Destination destination)
    {
        _successes.Remove(destination.NextHop);
        destination.IsProven = false;
        destination.AwaitedPeer = null;
    }

    /// <summary>
    /// The destination of an attempt that has ended waits for a connection to the peer that was busy, unless one has
    /// ended meanwhile.
    /// </summary>
    public void Park(QueueAttempt attempt)
    {
        if (attempt.BusyPeer is not { } peer || peer.Room > 0 || peer.KnownFailure(Now) is not null)
            return;
        attempt.Destination.AwaitedPeer = peer;
        peer.Waiting.Enqueue(attempt.Destination, attempt.Destination.Kind.IsReport);
        if ((Now - peer.LastLogged).Duration() < LogPeriod)
            return;
        peer.LastLogged = Now;
        events.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"{peer.Name}: it has {peer.Connections} connections, what else leads there waits for one to end"));
    }

    /// <summary>A destination that waits with no peer any more.</summary>
    public bool TryTakeAwakened(out Destination destination) => _awakened.TryDequeue(out destination!);

    /// <summary>If the destination was awakened, the next that waits for the same peer is.</summary>
    public void PassOn(Destination destination)
    {
        if (destination.AwakenedBy is not { } peer)
            return;
        destination.AwakenedBy = null;
        Wake(peer);
    }

    /// <summary>What has failed is worth an attempt again.</summary>
    public void ForgetFailures() => _peers.ForgetFailures();

    private ConnectVerdict Judge(QueueAttempt attempt, TargetAddress target, out AttemptResult? known)
    {
        DateTimeOffset now = Now;
        (Peer address, Peer? host) = _peers.Of(target, now);
        known = address.KnownFailure(now) ?? host?.KnownFailure(now);
        if (known is not null)
            return ConnectVerdict.OtherAddress;
        if (address.Room <= 0 || host?.Room <= 0)
        {
            attempt.BusyPeer ??= address.Room <= 0 ? address : host;
            return ConnectVerdict.OtherAddress;
        }
        if (!TryLeaveLookUps(attempt, address.IsProven))
        {
            attempt.MustWait = true;
            return ConnectVerdict.Later;
        }
        attempt.Connect(new PeerConnection(address, host), now);
        return ConnectVerdict.Granted;
    }

    private bool TryLeaveLookUps(QueueAttempt attempt, bool isProven)
    {
        RunKind kind = attempt.Kind with { IsProven = attempt.Kind.IsProven || isProven };
        if (!attempt.IsConnection && !Connections.HasRoom(kind))
            return false;
        LeaveLookUps(attempt);
        LeaveConnections(attempt);
        attempt.Kind = kind;
        EnterConnections(attempt);
        return true;
    }

    private void EnterLookUps(QueueAttempt attempt)
    {
        LookUps.Enter(attempt.Kind);
        attempt.IsLookingUp = true;
    }

    private void LeaveLookUps(QueueAttempt attempt)
    {
        if (attempt.IsLookingUp)
            LookUps.Leave(attempt.Kind);
        attempt.IsLookingUp = false;
    }

    private void EnterConnections(QueueAttempt attempt)
    {
        if (!attempt.IsConnection)
            Connections.Enter(attempt.Kind);
        attempt.IsConnection = true;
    }

    private void LeaveConnections(QueueAttempt attempt)
    {
        if (attempt.IsConnection)
            Connections.Leave(attempt.Kind);
        attempt.IsConnection = false;
    }

    private bool TryChange(QueueAttempt attempt, RunKind kind)
    {
        if (!Connections.TryChange(attempt.Kind, kind))
            return false;
        attempt.Kind = kind;
        return true;
    }

    // Its connection, if it has one, has ended.
    private void Leave(QueueAttempt attempt, AttemptResult? failure)
    {
        if (attempt.Connection is not { } connection || !connection.TryClose())
            return;
        if (failure is not null && Peer.IsDown(failure))
            Fail(connection.Address, attempt, failure);
        WakeBoth(attempt);
    }

    private void Fail(Peer peer, QueueAttempt attempt, AttemptResult failure)
    {
        // No longer than until the first message that it concerns is tried again.
        peer.Fail(failure, attempt.Began, Now, dependencies.Schedule().Delays[0] / 2);
        int waiting = peer.Waiting.Count;
        if (waiting > 0)
            events.Note(string.Create(
                CultureInfo.InvariantCulture, $"{peer.Name}: {failure.Text}; so for {waiting} next hops that waited"));
        Wake(peer);
    }

    private void WakeBoth(QueueAttempt attempt)
    {
        Wake(attempt.Connection?.Address);
        Wake(attempt.Connection?.Host);
    }

    private void Wake(Peer? peer)
    {
        if (peer is null || peer.Waiting.Count == 0)
            return;
        int room = peer.KnownFailure(Now) is null ? peer.Room : int.MaxValue;
        while (room-- > 0 && peer.Waiting.Dequeue() is { } destination)
        {
            destination.AwaitedPeer = null;
            destination.AwakenedBy = peer;
            _awakened.Enqueue(destination);
        }
    }
}
