using System.Net;
using System.Net.Sockets;
using MailModule.Transport;

namespace MailModule.Tests.Loopback;

/// <summary>The link that waits by the platform's engine, without a connection above it.</summary>
public sealed class PortableSocketLinkTests : IDisposable, ILinkOwner
{
    private readonly ManualResetEventSlim _hasInput = new();
    private readonly Socket _peer;
    private readonly PortableSocketLink _link;

    public PortableSocketLinkTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        _peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _peer.Connect(listener.LocalEndPoint!);
        _link = new PortableSocketLink(listener.Accept(), remote: null);
        Assert.True(_link.TryBegin(this));
    }

    [Fact]
    public void A_reset_that_comes_during_the_wait_is_a_failure()
    {
        Assert.False(_link.AwaitInput());
        Reset();
        Assert.True(_hasInput.Wait(Loop.Long));
        Assert.Equal(TransferState.Failed, _link.Receive(new byte[10]).State);
    }

    [Fact]
    public void A_reset_that_comes_before_the_wait_is_a_failure()
    {
        Reset();
        if (!_link.AwaitInput())
            Assert.True(_hasInput.Wait(Loop.Long));
        Assert.Equal(TransferState.Failed, _link.Receive(new byte[10]).State);
    }

    [Fact]
    public void An_end_in_order_is_no_failure()
    {
        Assert.False(_link.AwaitInput());
        _peer.Shutdown(SocketShutdown.Send);
        Assert.True(_hasInput.Wait(Loop.Long));
        Assert.Equal(TransferState.Ended, _link.Receive(new byte[10]).State);
    }

    public void Dispose()
    {
        _link.Close();
        _peer.Dispose();
    }

    void ILinkOwner.OnBegun()
    {
    }

    void ILinkOwner.OnInput() => _hasInput.Set();

    void ILinkOwner.OnRoom()
    {
    }

    private void Reset()
    {
        _peer.LingerState = new LingerOption(true, 0);
        _peer.Dispose();
    }
}
