using System.Net.Security;
using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Tests.Transport.Blocking;

/// <summary>What the host's thread and process keep.</summary>
[Collection(AloneCollection.Name)]
public class BlockingGuestTests
{
    private const ulong Pipe = 1UL << 12;

    [Fact]
    public void Sending_to_a_peer_that_is_gone_raises_no_signal_and_leaves_the_mask_alone()
    {
        ulong before = 0, after = 0, pending = 0;
        Fault fault = Fault.None;
        Thread thread = Loop.InBackground(() =>
        {
            using var run = new BlockingRun();
            run.Peer.LingerState = new LingerOption(true, 0);
            run.Peer.Dispose();
            before = Signals("SigBlk");
            for (int i = 0; i < 3; i++)
                fault = run.Connection.Send("QUIT\r\n"u8);
            (after, pending) = (Signals("SigBlk"), Signals("SigPnd") | Signals("ShdPnd"));
        });
        Assert.True(thread.Join(Loop.Long));
        Assert.Equal(Fault.Closed, fault);
        Assert.Equal(before, after);
        Assert.Equal(0UL, pending & Pipe);
    }

    [Fact]
    public void No_descriptor_is_left_behind()
    {
        UseAll();
        string[] before = Descriptors();
        for (int i = 0; i < 5; i++)
            UseAll();
        if (!SpinWait.SpinUntil(() => Descriptors().Length <= before.Length, Loop.Long))
            Assert.Fail($"before: {string.Join(' ', before)}; after: {string.Join(' ', Descriptors())}");
    }

    private static void UseAll()
    {
        using (var run = new BlockingRun())
        {
            run.Send("QUIT\r\n");
            run.Connect();
            run.Connection.Cancel();
            run.Connection.Close();
            run.Connect();
            (_, SslStream server, Thread serving) =
                run.BeginTls(Loop.Certificate, new TlsClientSettings("mx.example", Verify: true));
            run.Connection.Close();
            Assert.True(serving.Join(Loop.Long));
            server.Dispose();
        }
        using (var silent = new SilentListener())
        using (var connection = new BlockingConnection(BlockingRun.Hasty))
            connection.Connect([silent.EndPoint]);
        using (var proxy = new ScriptedProxy(null, 3, "garbage"u8.ToArray()))
        using (var connection = new BlockingConnection(BlockingRun.Patient))
            connection.Connect([BlockingProxyTests.Elsewhere], BlockingProxyTests.Address("socks5", proxy.Port));
    }

    /// <summary>Those of the kinds that a connection has: the platform opens others when it likes.</summary>
    private static string[] Descriptors()
        => [.. Directory.GetFiles("/proc/self/fd").Select(path => new FileInfo(path).LinkTarget ?? "")
            .Where(target => target.StartsWith("socket:", StringComparison.Ordinal) || target.Contains("eventfd"))];

    private static ulong Signals(string which) => Convert.ToUInt64(File.ReadLines("/proc/thread-self/status")
        .First(line => line.StartsWith(which, StringComparison.Ordinal)).Split('\t')[1], 16);
}
