using System.Buffers;
using System.Net;
using System.Net.Sockets;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// A socket that the platform's engine watches, where there is no epoll. It waits for input by a receive of no octets,
/// so an idle connection holds no buffer, and what comes stays in the kernel until the owner takes it. What the peer
/// does not take at once is copied, and the engine sends it.
/// </summary>
internal sealed class PortableSocketLink(Socket socket, IPEndPoint? remote) : SocketLink(socket, remote)
{
    private const int PieceSize = 64 * 1024;
    private ILinkOwner _owner = null!;
    private Arrival? _arrival;
    private Departure? _departure;
    private volatile bool _isAwaited;
    private SocketError _waitFailure;

    public override bool IsFlushed => _departure is not { IsUnderWay: true };

    public override long InFlight => base.InFlight + (_departure?.Length ?? 0);

    public override bool TryBegin(ILinkOwner owner)
    {
        _owner = owner;
        owner.OnBegun();
        return true;
    }

    public override bool AwaitInput()
    {
        if (MayHaveMore)
            return true;
        if (_isAwaited)
            return false;
        _isAwaited = true;
        SocketError? ended = PlatformOperation.Begin(
            Socket, _arrival ??= new Arrival(this), static (socket, arrival) => socket.ReceiveAsync(arrival));
        if (ended is null)
            return false;
        _isAwaited = false;
        _waitFailure = ended.Value;
        return true;
    }

    public override Transfer Receive(Memory<byte> target)
    {
        Transfer received = base.Receive(target);
        // The system tells an error once: where the wait has heard of it, a receive sees an end in order, or nothing.
        return received.State is TransferState.Again or TransferState.Ended && _waitFailure != SocketError.Success
            ? Fail(_waitFailure)
            : received;
    }

    public override Transfer Send(ReadOnlySpan<byte> octets)
    {
        if (!IsFlushed)
            return Transfer.Moved(0);
        if (_departure is { Error: not SocketError.Success and var error })
            return Fail(error);
        Transfer sent = SendNow(octets);
        if (sent.State == TransferState.Failed || sent.Count == octets.Length)
            return sent;
        ReadOnlySpan<byte> rest = octets[sent.Count..];
        rest = rest[..Math.Min(rest.Length, PieceSize)];
        (_departure ??= new Departure(this)).Begin(rest);
        return Transfer.Moved(sent.Count + rest.Length);
    }

    public override void Close()
    {
        if (_isAwaited && Failure is null)
            ShutDown(SocketShutdown.Both); // else the platform resets a connection whose receive is still armed
        if (!IsFlushed && !IsClosed)
            SocketQueue.Cancel(Descriptor);
        base.Close();
        _arrival?.Dispose();
        _departure?.Dispose();
    }

    private void OnArrived(SocketError error)
    {
        _waitFailure = error;
        _isAwaited = false;
        _owner.OnInput();
    }

    private sealed class Arrival : SocketAsyncEventArgs
    {
        private readonly PortableSocketLink _link;

        public Arrival(PortableSocketLink link) : base(true)
        {
            _link = link;
            SetBuffer([], 0, 0);
        }

        protected override void OnCompleted(SocketAsyncEventArgs e) => _link.OnArrived(SocketError);
    }

    /// <summary>The engine sends all of it, or fails.</summary>
    private sealed class Departure(PortableSocketLink link) : SocketAsyncEventArgs(true)
    {
        private volatile byte[]? _octets;

        public bool IsUnderWay => _octets is not null;

        /// <summary>What went wrong.</summary>
        public SocketError Error { get; private set; }

        /// <summary>Octets that the engine has, or has sent a moment ago.</summary>
        public int Length => IsUnderWay ? Count : 0;

        public void Begin(ReadOnlySpan<byte> octets)
        {
            byte[] copy = ArrayPool<byte>.Shared.Rent(octets.Length);
            octets.CopyTo(copy);
            _octets = copy;
            SetBuffer(copy, 0, octets.Length);
            SocketError? ended = PlatformOperation.Begin(
                link.Socket, this, static (socket, departure) => socket.SendAsync(departure));
            if (ended is { } error)
                End(error);
        }

        protected override void OnCompleted(SocketAsyncEventArgs e) => End(SocketError);

        private void End(SocketError error)
        {
            Error = error;
            if (_octets is { } sent)
                ArrayPool<byte>.Shared.Return(sent);
            _octets = null;
            link._owner.OnRoom();
        }
    }
}
