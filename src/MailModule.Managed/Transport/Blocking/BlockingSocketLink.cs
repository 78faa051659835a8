using System.Net;
using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport.Blocking;

/// <summary>
/// A connected TCP socket. Where the system's calls wait by themselves, one call is all that sending or receiving
/// costs, and a cancel ends it by shutting the socket down; else, and once somebody else uses the descriptor as well,
/// the socket does not block, and is waited for.
/// </summary>
internal sealed class BlockingSocketLink : BlockingLink
{
    private readonly Socket _socket;
    private readonly SocketError _lost;
    private bool _blocks;
    private TimeSpan _receiveLimitSet = Timeout.InfiniteTimeSpan;
    private TimeSpan _sendLimitSet = Timeout.InfiniteTimeSpan;

    /// <param name="socket">Is the link's from here on.</param>
    /// <param name="lost">The error that connecting has heard, and which a socket tells but once.</param>
    public BlockingSocketLink(
        Socket socket, IPEndPoint remote, Cancellation cancellation, SocketError lost = SocketError.Success)
        : base(cancellation)
    {
        _socket = socket;
        _lost = lost;
        RemoteEndPoint = remote;
        Descriptor = socket.SafeHandle.DangerousGetHandle();
        UnsharedDescriptors.Add((int)Descriptor);
        _blocks = SocketCalls.WaitByThemselves;
        if (_blocks)
            SocketCalls.SetBlocking(socket, true);
        cancellation.Interrupts(ShutDown);
    }

    public override IPEndPoint RemoteEndPoint { get; }

    public override nint Descriptor { get; }

    public override IPAddress? LocalAddress
    {
        get
        {
            try
            {
                return (_socket.LocalEndPoint as IPEndPoint)?.Address;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return null; // the peer was faster
            }
        }
    }

    public override void StopBlocking()
    {
        if (_blocks)
            SocketCalls.SetBlocking(_socket, false);
        _blocks = false;
    }

    public override void Close()
    {
        Cancellation.Interrupts(null);
        UnsharedDescriptors.Remove((int)Descriptor);
        _socket.Dispose();
    }

    protected override Transfer TryReceive(Span<byte> target, out Readiness awaited)
    {
        awaited = Readiness.Input;
        if (_blocks && LimitOfSocket() is var limit && _receiveLimitSet != limit)
            SocketCalls.SetReceiveLimit(_socket, _receiveLimitSet = limit);
        int count = SocketCalls.Receive(_socket, target, out int error);
        if (count > 0)
            return Transfer.Moved(count);
        if (!MayGoOn())
            return Transfer.Again; // a cancel looks like an end
        if (count < 0)
            return NothingMoved(error);
        return _lost == SocketError.Success ? Transfer.Ended : NothingMoved(SocketCalls.ErrorOf(_lost));
    }

    protected override Transfer TrySend(ReadOnlySpan<byte> octets, out Readiness awaited)
    {
        awaited = Readiness.Room;
        if (_blocks && _sendLimitSet != SendLimit)
            SocketCalls.SetSendLimit(_socket, _sendLimitSet = SendLimit);
        int count = SocketCalls.Send(_socket, octets, out int error);
        if (count > 0)
            return Transfer.Moved(count);
        return MayGoOn() ? NothingMoved(error) : Transfer.Again;
    }

    protected override Fault WaitFor(Readiness wanted, TimeSpan atMost, out Readiness there)
        => WaitForSocket(Descriptor, wanted, atMost, out there);

    // What is left of a time for all shrinks with each call: by whole seconds, so that few of them have to set it.
    private TimeSpan LimitOfSocket()
    {
        if (LimitOfCall == ReceiveLimit)
            return ReceiveLimit;
        var seconds = TimeSpan.FromSeconds(Math.Ceiling(LimitOfCall.TotalSeconds));
        return ReceiveLimit == Timeout.InfiniteTimeSpan || seconds < ReceiveLimit ? seconds : ReceiveLimit;
    }

    // After a signal of the host's the rest of the time is waited outside the call.
    private Transfer NothingMoved(int error)
    {
        if (SocketCalls.IsInterrupted(error))
            return Transfer.Again;
        if (!SocketCalls.IsAgain(error))
            return Stop(Fault.Closed, SocketCalls.WordsOf(error), error);
        return _blocks ? Stop(Fault.Timeout, FaultWords.Of(Fault.Timeout)) : Transfer.Again;
    }

    /// <summary>Ends both directions; while it is not closed.</summary>
    public void ShutDown()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer has reset it: nobody waits.
        }
    }
}
