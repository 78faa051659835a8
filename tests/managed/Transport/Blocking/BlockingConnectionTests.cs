using System.Net;
using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Loopback;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Tests.Transport.Blocking;

public class BlockingConnectionTests
{
    private const int ConnectionRefused = 111; // ECONNREFUSED

    [Fact]
    public void Octets_go_both_ways_and_stay_until_they_are_consumed()
    {
        using var run = new BlockingRun();
        Assert.Equal(Fault.None, run.Send("EHLO client\r\n"));
        Assert.Equal("EHLO client\r\n", Loop.ReadExactly(run.Peer, 13));
        run.Peer.Send("250 hello\r\n250 more"u8);
        Assert.Equal("250 hello\r\n", run.Receive(11));
        run.Receive(0);
        run.Peer.Send("\r\n"u8);
        Assert.Equal("250 more\r\n", run.Receive(10));
        Assert.Equal("", run.Unconsumed);
        Assert.Equal(run.EndPoint, run.Connection.RemoteEndPoint);
        Assert.Equal(IPAddress.Loopback, run.Connection.LocalAddress);
        Assert.True(run.Connection.IsOpen);
        Assert.False(run.Connection.IsSecure);
        Assert.Null(run.Connection.Error);
    }

    [Fact]
    public void More_than_the_system_holds_is_sent_in_one_call()
    {
        using var run = new BlockingRun();
        byte[] octets = new byte[16 * 1024 * 1024];
        new Random(1).NextBytes(octets);
        byte[] there = new byte[octets.Length];
        Thread reading = Loop.InBackground(() => BlockingRun.Quietly(() => run.PeerStream.ReadExactly(there)));
        Assert.Equal(Fault.None, run.Connection.Send(octets));
        Assert.True(reading.Join(Loop.Long));
        Assert.True(octets.AsSpan().SequenceEqual(there));
    }

    [Fact]
    public void The_end_of_the_peers_side_comes_after_its_octets_and_leaves_ours_open()
    {
        using var run = new BlockingRun();
        run.Peer.Send("221 bye\r\n"u8);
        run.Peer.Shutdown(SocketShutdown.Send);
        Assert.Equal("221 bye\r\n", run.Receive(9));
        Assert.Equal(Fault.Closed, run.Connection.Receive());
        Assert.Equal((ErrorLayer.Network, 0), (run.Connection.Error!.Layer, run.Connection.Error.SystemError));
        Assert.Equal(Fault.None, run.Send("late"));
        byte[] late = new byte[4];
        Assert.Equal(4, run.Peer.Receive(late));
    }

    [Fact]
    public void What_a_server_says_before_it_resets_is_read_after_sending_has_failed()
    {
        using var run = new BlockingRun();
        run.Peer.Send("421 too busy\r\n"u8);
        Assert.Equal(Fault.None, run.Connection.Wait(Readiness.Input, Loop.Long, out _));
        run.Peer.LingerState = new LingerOption(true, 0);
        run.Peer.Dispose();
        Fault sent = Fault.None;
        Assert.True(SpinWait.SpinUntil(() => (sent = run.Send("EHLO client\r\n")) != Fault.None, Loop.Long));
        Assert.Equal(Fault.Closed, sent);
        Assert.NotEqual(0, run.Connection.Error!.SystemError);
        Assert.Equal((ErrorLayer.Network, run.EndPoint), (run.Connection.Error.Layer, run.Connection.Error.Peer));
        Assert.Equal("421 too busy\r\n", run.Receive(14));
        Assert.Equal(Fault.Closed, run.Connection.Receive());
    }

    [Fact]
    public void A_peer_that_resets_at_once_is_told_as_such_also_where_that_came_while_connecting()
    {
        using var run = new BlockingRun(isConnected: false);
        for (int i = 0; i < 200; i++)
        {
            Thread resetting = Loop.InBackground(() =>
            {
                using Socket peer = run.Listener.AcceptSocket();
                peer.LingerState = new LingerOption(true, 0);
            });
            Assert.Equal(Fault.None, run.Connection.Connect([run.EndPoint]));
            Assert.Equal(Fault.Closed, run.Connection.Receive());
            Assert.Equal(SocketCalls.NumberOf(SocketError.ConnectionReset), run.Connection.Error!.SystemError);
            Assert.True(resetting.Join(Loop.Long));
        }
    }

    [Fact]
    public void A_silent_peer_is_waited_for_no_longer_than_it_may_be_silent()
    {
        using var run = new BlockingRun();
        Assert.Equal(Fault.Timeout, run.Connection.Receive(TimeSpan.FromMilliseconds(30)));
        Assert.Equal((ErrorLayer.Network, Fault.Timeout), (run.Connection.Error!.Layer, run.Connection.Error.Fault));
        run.Connection.Timeouts = BlockingRun.Hasty;
        Assert.Equal(Fault.Timeout, run.Connection.Receive());
        run.Connection.Timeouts = BlockingRun.Patient;
        run.Peer.Send("late"u8);
        Assert.Equal("late", run.Receive(4));
    }

    [Fact]
    public void A_silent_peer_is_waited_for_no_longer_than_all_may_take()
    {
        using var run = new BlockingRun();
        run.Connection.Timeouts = BlockingRun.Patient with { InAll = TimeSpan.FromMilliseconds(30) };
        var fault = Fault.None;
        Thread receiving = Loop.InBackground(() => fault = run.Connection.Receive(Timeout.InfiniteTimeSpan));
        bool hasEnded = receiving.Join(Loop.Long);
        run.Connection.Cancel();
        Assert.True(receiving.Join(Loop.Long));
        Assert.Equal((true, Fault.Timeout), (hasEnded, fault));
    }

    [Fact]
    public void A_peer_that_takes_nothing_is_waited_for_no_longer_than_it_may()
    {
        using var run = new BlockingRun();
        run.Connection.Timeouts = BlockingRun.Hasty;
        byte[] much = new byte[1024 * 1024];
        Fault fault = Fault.None;
        for (int i = 0; i < 100 && fault == Fault.None; i++)
            fault = run.Connection.Send(much);
        Assert.Equal((Fault.Timeout, ErrorLayer.Network), (fault, run.Connection.Error!.Layer));
    }

    [Fact]
    public void A_descriptor_that_is_shared_does_not_block_and_all_goes_on()
    {
        using var run = new BlockingRun();
        Assert.Equal(run.Connection.Descriptor, run.Connection.ShareDescriptor());
        Assert.Equal(Fault.Timeout, run.Connection.Receive(TimeSpan.FromMilliseconds(30)));
        run.Peer.Send("hello"u8);
        Assert.Equal("hello", run.Receive(5));
        run.Connection.Timeouts = BlockingRun.Hasty;
        Assert.Equal(Fault.Timeout, run.Connection.Send(new byte[64 * 1024 * 1024]));
    }

    [Fact]
    public void The_next_address_is_tried_where_one_takes_no_connection()
    {
        using var run = new BlockingRun(isConnected: false);
        Assert.Equal(Fault.None, run.Connection.Connect([Closed(), run.EndPoint]));
        Assert.Equal(run.EndPoint, run.Connection.RemoteEndPoint);
        Assert.Null(run.Connection.Error);
    }

    [Fact]
    public void Where_no_address_takes_a_connection_the_last_says_why()
    {
        using var connection = new BlockingConnection(BlockingRun.Patient);
        IPEndPoint last = Closed();
        Assert.Equal(Fault.Connect, connection.Connect([Closed(), last]));
        Assert.Equal(
            new ConnectionError(Fault.Connect, ErrorLayer.Connect, "Connection refused")
            {
                SystemError = ConnectionRefused,
                Peer = last,
            },
            connection.Error);
        Assert.False(connection.IsOpen);
        Assert.Equal(-1, connection.Descriptor);
        Assert.Equal(Fault.State, connection.Send("x"u8));
        Assert.Equal(Fault.State, connection.Receive());
        Assert.Equal(Fault.Argument, connection.Connect([]));
    }

    [Fact]
    public void A_host_that_does_not_answer_is_waited_for_no_longer_than_it_may()
    {
        using var silent = new SilentListener();
        using var connection = new BlockingConnection(BlockingRun.Hasty);
        Assert.Equal(Fault.Timeout, connection.Connect([silent.EndPoint]));
        Assert.Equal((ErrorLayer.Connect, silent.EndPoint), (connection.Error!.Layer, connection.Error.Peer));
    }

    [Fact]
    public void Connecting_anew_forgets_what_was_received_before()
    {
        using var run = new BlockingRun();
        run.Peer.Send("old"u8);
        Assert.Equal(Fault.None, run.Connection.Receive());
        run.Connect();
        Assert.Equal("", run.Unconsumed);
        run.Peer.Send("new"u8);
        Assert.Equal("new", run.Receive(3));
    }

    [Fact]
    public void A_wait_tells_what_is_there()
    {
        using var run = new BlockingRun();
        Assert.Equal(Fault.None,
            run.Connection.Wait(Readiness.Input | Readiness.Room, Loop.Long, out Readiness there));
        Assert.Equal(Readiness.Room, there);
        Assert.Equal(Fault.Timeout,
            run.Connection.Wait(Readiness.Input, TimeSpan.FromMilliseconds(20), out there));
        Assert.Equal(Readiness.None, there);
        run.Peer.Send("x"u8);
        Assert.Equal(Fault.None, run.Connection.Wait(Readiness.Input, Loop.Long, out there));
        Assert.Equal(Readiness.Input, there);
        Assert.Equal("x", run.Receive(1));
    }

    [Fact]
    public void A_wait_for_input_ends_at_once_where_some_is_left()
    {
        using var run = new BlockingRun();
        run.Peer.Send("x"u8);
        Assert.Equal(Fault.None, run.Connection.Receive());
        Assert.Equal(Fault.None, run.Connection.Wait(Readiness.Input, Timeout.InfiniteTimeSpan, out Readiness there));
        Assert.Equal(Readiness.Input, there);
    }

    [Fact]
    public void Sending_and_receiving_allocate_nothing()
    {
        using var run = new BlockingRun();
        byte[] answer = new byte[100];
        Thread answering = Loop.InBackground(() => BlockingRun.Quietly(() =>
        {
            while (run.Peer.Receive(answer) > 0)
                run.Peer.Send("250 ok\r\n"u8);
        }));
        Turn(run, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Turn(run, 100);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        run.Connection.Close();
        Assert.True(answering.Join(Loop.Long));
    }

    [Fact]
    public void What_another_thread_ends_is_waited_for()
    {
        using var connection = new BlockingConnection(BlockingRun.Patient);
        string found = "";
        Assert.Equal(Fault.None, connection.WaitFor((end, _) => Loop.InBackground(() =>
        {
            found = "192.0.2.1";
            end();
        }), Loop.Long));
        Assert.Equal("192.0.2.1", found);
        Assert.Equal(Fault.None, connection.WaitFor((end, _) => end(), Timeout.InfiniteTimeSpan));
        Assert.Equal(Fault.None, connection.WaitFor(_ => Task.Run(() => found = "again"), Loop.Long));
        Assert.Equal("again", found);
    }

    [Fact]
    public void What_nobody_ends_is_given_up_in_time()
    {
        using var connection = new BlockingConnection(BlockingRun.Patient);
        Action? late = null;
        CancellationToken given = default;
        Assert.Equal(Fault.Timeout, connection.WaitFor((end, cancel) => (late, given) = (end, cancel),
            TimeSpan.FromMilliseconds(20)));
        Assert.True(given.IsCancellationRequested);
        Assert.Equal(ErrorLayer.Resolve, connection.Error!.Layer);
        late!();
        Assert.Equal(Fault.Timeout, connection.WaitFor((_, _) => { }, TimeSpan.FromMilliseconds(20)));
    }

    private static void Turn(BlockingRun run, int times)
    {
        for (int i = 0; i < times; i++)
        {
            run.Connection.Send("NOOP\r\n"u8);
            run.Connection.Receive();
            run.Connection.Consume(run.Connection.Unconsumed.Length);
        }
    }

    /// <summary>An address at which nobody listens.</summary>
    private static IPEndPoint Closed()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
