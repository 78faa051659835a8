using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport.Proxies;

namespace MailModule.Transport.Blocking;

/// <summary>One attempt to connect to one address, perhaps through a proxy, with one limit for all of it.</summary>
/// <param name="proxy">Null: straight there. Its address is known.</param>
/// <param name="cancellation">Is prepared.</param>
internal sealed class BlockingConnect(ProxyAddress? proxy, TimeSpan limit, Cancellation cancellation)
{
    private readonly long _begun = Stopwatch.GetTimestamp();
    private SocketError _lost = SocketError.Success;

    /// <summary>Why there is no link.</summary>
    public ConnectionError? Error { get; private set; }

    /// <summary>What the target has said already, behind the proxy's answer.</summary>
    public byte[] Early { get; private set; } = [];

    private TimeSpan Left
    {
        get
        {
            if (limit == Timeout.InfiniteTimeSpan)
                return limit;
            TimeSpan left = limit - Stopwatch.GetElapsedTime(_begun);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Null: see <see cref="Error"/>.</summary>
    /// <param name="targetName">With a proxy: what it resolves in place of the target's address.</param>
    public BlockingSocketLink? Run(IPEndPoint target, string? targetName)
    {
        IPEndPoint firstHop = proxy is null ? target : new IPEndPoint(proxy.Address!, proxy.Port);
        if (OpenSocket(firstHop) is not { } link)
            return null;
        if (proxy is null || PassThrough(proxy.CreateHandshake(new ProxyTarget(targetName, target)), link))
            return link;
        link.Close();
        return null;
    }

    private BlockingSocketLink? OpenSocket(IPEndPoint peer)
    {
        SocketEngine.Prepare();
        Socket? socket = null;
        try
        {
            socket = new Socket(peer.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            {
                Blocking = false,
                NoDelay = true,
            };
            SocketError error = Connect(socket, peer);
            if (error == SocketError.Success && cancellation.IsCancelled)
                error = SocketError.OperationAborted;
            if (error == SocketError.Success)
                return new BlockingSocketLink(socket, peer, cancellation, _lost);
            Fail(error, peer);
        }
        catch (SocketException e)
        {
            Fail(e.SocketErrorCode, peer);
        }
        socket?.Dispose();
        return null;
    }

    private SocketError Connect(Socket socket, IPEndPoint peer)
    {
        try
        {
            socket.Connect(peer);
            return SocketError.Success;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            WokenBy woken = cancellation.Wait.Wait(socket.SafeHandle.DangerousGetHandle(), WokenBy.Room, Left);
            if (woken == WokenBy.Time)
                return SocketError.TimedOut;
            if ((woken & WokenBy.Interrupt) != 0)
                return SocketError.OperationAborted;
        }
        var error = (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        if (error != SocketError.ConnectionReset || proxy is not null)
            return error;
        // A server that resets at once was there, and may have said why.
        _lost = error;
        return SocketError.Success;
    }

    private void Fail(SocketError error, IPEndPoint peer)
    {
        Fault fault = error switch
        {
            SocketError.OperationAborted => Fault.Cancelled,
            SocketError.TimedOut => Fault.Timeout,
            SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => Fault.Full,
            _ => Fault.Connect,
        };
        bool isSystems = fault is not Fault.Cancelled && (fault != Fault.Timeout || Left > TimeSpan.Zero);
        string words = isSystems ? ExceptionWords.OfSocket(error) : FaultWords.Of(fault);
        Fail(fault, ErrorLayer.Connect, words, peer, isSystems ? SocketCalls.NumberOf(error) : 0);
    }

    /// <summary>Until the proxy has connected us; false if it does not.</summary>
    private bool PassThrough(IProxyHandshake handshake, BlockingSocketLink link)
    {
        var output = new ArrayBufferWriter<byte>();
        PooledBuffer received = default;
        try
        {
            while (Step(handshake, ref received, output) is var progress && progress != ProxyProgress.Connected)
            {
                if (progress == ProxyProgress.Failed)
                    return FailAtProxy(Fault.Connect, handshake.Problem, link);
                if (!Exchange(link, ref received, output))
                    return false;
            }
            Early = received.Span.ToArray();
            return true;
        }
        finally
        {
            received.Clear();
        }
    }

    private static ProxyProgress Step(
        IProxyHandshake handshake, ref PooledBuffer received, ArrayBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> input = received.Span;
        int before = input.Length;
        ProxyProgress progress = handshake.Advance(ref input, output);
        received.Consume(before - input.Length);
        return progress;
    }

    /// <summary>Sends what there is to send, and receives something.</summary>
    private bool Exchange(BlockingSocketLink link, ref PooledBuffer received, ArrayBufferWriter<byte> output)
    {
        link.Forget();
        link.SendLimit = link.ReceiveLimit = Left;
        Transfer moved = link.Send(output.WrittenSpan);
        output.ResetWrittenCount();
        if (link.Obstacle == Fault.None)
        {
            link.ReceiveLimit = Left;
            moved = link.Receive(received.Room(ILink.LeastRoom));
            received.Added(moved.Count);
        }
        if (link.Obstacle != Fault.None)
            return FailAtProxy(link.Obstacle == Fault.Closed ? Fault.Connect : link.Obstacle, link.Failure!, link);
        return moved.State == TransferState.Moved
            || FailAtProxy(Fault.Connect, "it has closed the connection", link);
    }

    private bool FailAtProxy(Fault fault, string words, BlockingSocketLink link)
    {
        ErrorLayer layer = fault == Fault.Cancelled ? ErrorLayer.Host : ErrorLayer.Proxy;
        Fail(fault, layer, $"proxy {proxy}: {words}", link.RemoteEndPoint, link.SystemError);
        return false;
    }

    private void Fail(Fault fault, ErrorLayer layer, string words, IPEndPoint peer, int systemError)
        => Error = new ConnectionError(fault, fault == Fault.Cancelled ? ErrorLayer.Host : layer, words)
        {
            Peer = peer,
            SystemError = systemError,
        };
}
