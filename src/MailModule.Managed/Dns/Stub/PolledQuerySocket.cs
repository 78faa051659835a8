using System.Net;
using System.Net.Sockets;
using MailModule.Transport;

namespace MailModule.Dns.Stub;

/// <summary>
/// Operations are tried at once; one that would have to wait is tried again when the poller says that something has
/// changed. Trying, waiting and giving up exclude each other by the lock, so that no change is missed and nothing is
/// received after the operation was given up.
/// </summary>
internal sealed class PolledQuerySocket : QuerySocket, IPolled
{
    private readonly Poller _poller;
    private readonly Lock _lock = new();
    private Func<PolledQuerySocket, bool, SocketError>? _waiting;
    private TaskCompletionSource<SocketWait> _end = new();
    private Memory<byte> _buffer;
    private bool _isWatched;
    private int _count;

    public PolledQuerySocket(IPEndPoint server, SocketType type, Poller poller) : base(server, type)
    {
        _poller = poller;
        Socket?.Blocking = false;
    }

    public override int Count => _count;

    public nint Descriptor => Socket!.SafeHandle.DangerousGetHandle();

    public ulong PollTag { get; set; }

    public override ValueTask<SocketWait> Connect()
        => Run(static (socket, isFirst) => socket.TryConnect(isFirst), default);

    public override ValueTask<SocketWait> Send(byte[] octets)
        => Run(static (socket, _) => socket.TrySend(), octets);

    public override ValueTask<SocketWait> Receive(Memory<byte> buffer)
        => Run(static (socket, _) => socket.TryReceive(), buffer);

    public void OnReadiness(bool isReadable, bool isWritable, bool isAtEnd)
    {
        TaskCompletionSource<SocketWait> end;
        SocketWait outcome;
        lock (_lock)
        {
            if (_waiting is null || Try(_waiting, isFirst: false) is not { } done)
                return;
            (_waiting, end, outcome) = (null, _end, done);
        }
        end.SetResult(outcome);
    }

    public override void Dispose()
    {
        lock (_lock)
        {
            _waiting = null;
            if (_isWatched)
                _poller.Remove(this);
            _isWatched = false;
        }
        base.Dispose();
    }

    protected override void GiveUp()
    {
        TaskCompletionSource<SocketWait> end;
        SocketWait outcome;
        lock (_lock)
        {
            if (_waiting is null || WhyGivenUp() is not { } why)
                return;
            (_waiting, end, outcome) = (null, _end, why);
        }
        end.SetResult(outcome);
    }

    private ValueTask<SocketWait> Run(Func<PolledQuerySocket, bool, SocketError> operation, Memory<byte> buffer)
    {
        if (Socket is null || Error != SocketError.Success)
            return new ValueTask<SocketWait>(SocketWait.Failed);
        lock (_lock)
        {
            _buffer = buffer;
            if ((WhyGivenUp() ?? Try(operation, isFirst: true)) is { } early)
                return new ValueTask<SocketWait>(early);
            _waiting = operation;
            _end = new TaskCompletionSource<SocketWait>();
            // What has become ready before is told of first of all.
            if (!_isWatched && !(_isWatched = _poller.TryAdd(this)))
                return new ValueTask<SocketWait>(Fail(SocketError.NoBufferSpaceAvailable));
            return new ValueTask<SocketWait>(_end.Task);
        }
    }

    /// <summary>Null: it has to wait.</summary>
    private SocketWait? Try(Func<PolledQuerySocket, bool, SocketError> operation, bool isFirst)
    {
        SocketError error;
        try
        {
            error = operation(this, isFirst);
        }
        catch (SocketException e)
        {
            error = e.SocketErrorCode;
        }
        return error switch
        {
            SocketError.WouldBlock or SocketError.InProgress => null,
            SocketError.Success => SocketWait.Completed,
            _ => Fail(error),
        };
    }

    private SocketWait Fail(SocketError error)
    {
        _waiting = null;
        Error = error;
        return SocketWait.Failed;
    }

    private SocketError TryConnect(bool isFirst)
    {
        if (isFirst)
            Socket!.Connect(Server);
        else if (!Socket!.Poll(0, SelectMode.SelectWrite))
            return SocketError.WouldBlock;
        return (SocketError)(int)Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
    }

    private SocketError TrySend()
    {
        _count = Socket!.Send(_buffer.Span, SocketFlags.None, out SocketError error);
        return error;
    }

    private SocketError TryReceive()
    {
        _count = Socket!.Receive(_buffer.Span, SocketFlags.None, out SocketError error);
        return error;
    }
}
