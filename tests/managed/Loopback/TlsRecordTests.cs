using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using MailModule.Primitives;
using MailModule.Tests.Support;
using MailModule.Tests.Transport;
using MailModule.Transport;

namespace MailModule.Tests.Loopback;

/// <summary>Records of TLS that hold no data, after the handshake.</summary>
public class TlsRecordTests
{
    [Fact]
    public void New_keys_are_taken_and_given_between_any_two_lines()
    {
        using var loop = new Loop(ListenerTests.Greeter, tls: new TlsServerSettings(Loop.Certificate), tlsFirst: true);
        using var client = new OpenSslClient(new NetworkStream(loop.Connect()));
        Assert.Equal("hello\n", client.Receive());
        for (int i = 0; i < 200; i++)
        {
            client.UpdateKeys();
            if (i % 3 == 0)
                client.UpdateKeys();
            client.Send($"line {i}\n");
            Assert.Equal($"line {i}\n", client.Receive());
        }
        client.Send("quit\n");
        Assert.Equal("quit\n", client.Receive());
        Assert.Equal("", client.Receive());
    }

    [Fact]
    public void New_keys_without_end_end_the_connection()
    {
        ScriptedSession? session = null;
        using var accepted = new ManualResetEventSlim();
        using var loop = new Loop(
            connection => PlainConnectionTests.Keep(ref session, ListenerTests.Greeter(connection), accepted),
            tls: new TlsServerSettings(Loop.Certificate), tlsFirst: true);
        using var client = new OpenSslClient(new NetworkStream(loop.Connect()));
        Assert.Equal("hello\n", client.Receive());
        Assert.Throws<IOException>(() =>
        {
            for (int i = 0; i < 1_000_000; i++) // the end shows a while after it is there
                client.UpdateKeys();
        });
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Equal((Fault.Closed, "too many TLS records without data"),
            (session.Connection.Fault, session.Connection.FaultText));
        Assert.Empty(session.Wrongs);
    }

    [Fact]
    public void A_client_that_wants_another_handshake_is_refused()
    {
        ScriptedSession? session = null;
        using var accepted = new ManualResetEventSlim();
        using var loop = new Loop(
            connection => PlainConnectionTests.Keep(ref session, ListenerTests.Greeter(connection), accepted),
            tls: new TlsServerSettings(Loop.Certificate), tlsFirst: true);
        using var client = new OpenSslClient(new NetworkStream(loop.Connect()), isTls12: true);
        Assert.Equal("hello\n", client.Receive());
        client.Renegotiate();
        client.ShakeHands();
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Equal(Fault.Closed, session.Connection.Fault);
        Assert.Contains("renegotiation", session.Connection.FaultText, StringComparison.Ordinal);
        Assert.Equal("", client.Receive());
        Assert.True(client.WasToldOfTheEnd);
        Assert.Empty(session.Wrongs);
    }

    [Fact]
    public async Task A_server_that_wants_another_handshake_is_refused_and_blocks_nobody()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var run = new LinkRun();
        ScriptedSession? session = null;
        run.Begin(run.Link("memory", 64 * 1024, out LinkStream peer),
            connection => session = new ScriptedSession(connection, PlainConnectionTests.Echo),
            new TlsClientSettings("localhost", Verify: false));
        using var server = new SslStream(new GatheringStream(peer));
        await server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = Loop.Certificate,
            EnabledSslProtocols = SslProtocols.Tls12,
        });
        await server.WriteAsync("one\n"u8.ToArray());
        // Its end of the first handshake, the line and the wish for another handshake come in one piece. An answer to
        // that line could wait for a handshake that nobody is left to go on with.
        Task asking = server.NegotiateClientCertificateAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => asking);
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Equal(Fault.Closed, session.Connection.Fault);
        Assert.Contains("renegotiation", session.Connection.FaultText, StringComparison.Ordinal);
        Assert.Empty(session.Wrongs);
    }
}
