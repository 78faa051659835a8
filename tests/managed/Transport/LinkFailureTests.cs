using System.Net;
using System.Net.Security;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

/// <summary>What is told, and kept, when a link fails or ends.</summary>
public class LinkFailureTests
{
    [Fact]
    public async Task A_refused_certificate_leaves_a_link_on_which_sending_fails()
    {
        (MemoryLink near, MemoryLink far) = MemoryLink.CreatePair();
        using var server = new SslStream(new LinkStream(far));
        using var owner = new LinkStream(near);
        var link = new TlsLink(near, owner, new TlsClientSettings("localhost", Verify: true), default);
        Task serving = Task.Run(() => server.AuthenticateAsServer(Loop.Certificate));
        Transfer step = Transfer.Again;
        await Task.Run(() => SpinWait.SpinUntil(
            () => (step = link.Handshake()).State != TransferState.Again, Loop.Long));
        Assert.Equal(TransferState.Failed, step.State);
        Assert.Equal(TransferState.Failed, link.Send("EHLO client\r\n"u8).State);
        link.Close();
        await Task.WhenAny(serving).WaitAsync(Loop.Long);
    }

    [Fact]
    public void A_handshake_that_the_link_below_ends_fails_in_its_words()
    {
        using var run = new LinkRun();
        (MemoryLink near, MemoryLink far) = MemoryLink.CreatePair();
        ScriptedSession? session = null;
        run.Begin(near, connection => session = new ScriptedSession(connection, PlainConnectionTests.Echo),
            new TlsServerSettings(Loop.Certificate));
        far.Abort();
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Equal((Fault.Tls, "the other end is closed"), (session.Connection.Fault, session.Connection.FaultText));
    }

    [Fact]
    public void Word_of_room_with_nothing_to_send_is_no_sign_of_life()
    {
        using var run = new LinkRun();
        Connection connection = run.Begin(run.Link("memory", 100, out _),
            made => new ScriptedSession(made, PlainConnectionTests.Echo));
        connection.IdleTimeout = TimeSpan.FromHours(1);
        long begun = Environment.TickCount64;
        Assert.True(SpinWait.SpinUntil(() => Environment.TickCount64 > begun, Loop.Long));
        ((ILinkOwner)connection).OnRoom();
        Assert.True(connection.IsOverdue(begun + 3_600_000));
    }

    [Fact]
    public void Nothing_can_be_sent_to_an_end_in_memory_that_is_closing()
    {
        (MemoryLink one, MemoryLink other) = MemoryLink.CreatePair();
        var owner = new Answering(other);
        Assert.True(other.TryBegin(owner));
        Assert.False(other.AwaitInput());
        one.Close();
        Assert.Equal(TransferState.Failed, owner.Answer?.State);
        Assert.False(one.HasUnread);
    }

    [Fact]
    public void A_link_that_the_system_does_not_watch_is_answered_like_one_too_many()
    {
        using var run = new LinkRun();
        (MemoryLink near, MemoryLink far) = MemoryLink.CreatePair();
        using var peer = new LinkStream(far);
        ScriptedSession? session = null;
        run.Begin(new UnwatchedLink(near),
            connection => session = new ScriptedSession(connection, PlainConnectionTests.Echo) { Greeting = "hello\n" },
            refusal: "421 too many\r\n");
        Assert.Equal("421 too many\r\n", Loop.ReadToEnd(peer));
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Equal(Fault.Full, session.Connection.Fault);
        Assert.Empty(session.Wrongs);
    }

    /// <summary>As a socket is that epoll refuses.</summary>
    private sealed class UnwatchedLink(MemoryLink lower) : ILink
    {
        public IPEndPoint RemoteEndPoint => lower.RemoteEndPoint;
        public string? Failure => lower.Failure;
        public bool HasUnread => lower.HasUnread;

        public bool TryBegin(ILinkOwner owner) => false;
        public bool AwaitInput() => lower.AwaitInput();
        public Transfer Receive(Memory<byte> target) => lower.Receive(target);
        public Transfer Send(ReadOnlySpan<byte> octets) => lower.Send(octets);
        public bool EndOutput() => lower.EndOutput();
        public void Abort() => lower.Abort();
        public void Close() => lower.Close();
    }

    /// <summary>Sends as soon as it hears of anything.</summary>
    private sealed class Answering(ILink link) : ILinkOwner
    {
        public Transfer? Answer { get; private set; }

        public void OnBegun()
        {
        }

        public void OnInput() => Answer = link.Send("late"u8);

        public void OnRoom()
        {
        }
    }
}
