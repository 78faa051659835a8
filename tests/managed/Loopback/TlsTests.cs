using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailModule.Primitives;
using MailModule.Transport;
using MailModule.Transport.Dialing;

namespace MailModule.Tests.Loopback;

public class TlsTests
{
    [Fact]
    public void Tls_from_the_first_octet_carries_much_in_both_directions()
    {
        using var loop = new Loop(ListenerTests.Greeter, tls: new TlsServerSettings(Loop.Certificate), tlsFirst: true);
        using SslStream stream = Loop.AsTls(loop.Connect());
        stream.AuthenticateAsClient("localhost");
        Assert.Equal("hello\n", Loop.ReadExactly(stream, 6));
        string text = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i}\n"));
        Thread sending = Loop.InBackground(() => stream.Write(System.Text.Encoding.ASCII.GetBytes(text + "quit\n")));
        Assert.Equal(text + "quit\n", Loop.ReadToEnd(stream));
        Assert.True(sending.Join(Loop.Long));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_came_before_the_handshake_counts_for_nothing(bool afterWait)
    {
        var lines = new List<string>();
        ScriptedSession? session = null;
        using var loop = new Loop(connection => session = new ScriptedSession(connection, (self, line, output) =>
        {
            lock (lines)
                lines.Add(line);
            if (line != "starttls\n")
                return PlainConnectionTests.Echo(self, line, output);
            if (!afterWait)
                return StartTls(output);
            self.OnContinue = (_, later) =>
            {
                self.OnContinue = null;
                return StartTls(later);
            };
            self.Workers.Run(new PlainConnectionTests.Job(self.Resume));
            return Next.Wait;
        }), tls: new TlsServerSettings(Loop.Certificate));
        using Socket socket = loop.Connect();
        socket.Send(afterWait ? "starttls\n"u8 : "starttls\ninjected\n"u8);
        Assert.Equal("220\n", Loop.ReadExactly(socket, 4));
        using SslStream stream = Loop.AsTls(socket);
        stream.AuthenticateAsClient("localhost");
        stream.Write("inside\nquit\n"u8);
        Assert.Equal("inside\nquit\n", Loop.ReadToEnd(stream));
        Assert.Equal(["starttls\n", "inside\n", "quit\n"], lines);
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.StartsWith("TLSv1.", session.Connection.TlsDescription, StringComparison.Ordinal);
        Assert.Empty(session.Wrongs);

        static Next StartTls(Output output)
        {
            output.Write("220\n");
            return Next.StartTls;
        }
    }

    [Fact]
    public void Garbage_in_place_of_a_handshake_ends_the_connection_only()
    {
        ScriptedSession? session = null;
        using var accepted = new ManualResetEventSlim();
        using var loop = new Loop(
            connection => PlainConnectionTests.Keep(ref session, ListenerTests.Greeter(connection), accepted),
            tls: new TlsServerSettings(Loop.Certificate), tlsFirst: true);
        using Socket socket = loop.Connect();
        socket.Send("EHLO this is no handshake\r\n\r\n\r\n"u8);
        Assert.True(accepted.Wait(Loop.Long));
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Equal(Fault.Tls, session.Connection.Fault);
        Assert.Empty(session.Wrongs);
    }

    [Fact]
    public void A_handshake_that_never_comes_ends()
    {
        ScriptedSession? session = null;
        using var accepted = new ManualResetEventSlim();
        using var loop = new Loop(connection =>
        {
            connection.HandshakeTimeout = TimeSpan.FromMilliseconds(100);
            return PlainConnectionTests.Keep(ref session, ListenerTests.Greeter(connection), accepted);
        }, tls: new TlsServerSettings(Loop.Certificate), tlsFirst: true);
        using Socket socket = loop.Connect();
        Assert.True(accepted.Wait(Loop.Long));
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Equal(Fault.Timeout, session.Connection.Fault);
    }

    [Theory]
    [InlineData("localhost", true, true, Fault.None)]
    [InlineData("other.example", true, true, Fault.Tls)]
    [InlineData("localhost", true, false, Fault.Tls)]
    [InlineData("other.example", false, false, Fault.None)]
    public void A_client_takes_the_certificate_its_settings_allow(
        string name, bool verify, bool isTrusted, Fault expected)
    {
        using var loop = new Loop(ListenerTests.Greeter, tls: new TlsServerSettings(Loop.Certificate), tlsFirst: true);
        X509Certificate2Collection? roots = isTrusted ? [Loop.Certificate] : null;
        ScriptedSession? client = null;
        using var made = new ManualResetEventSlim();
        var options = new DialOptions
        {
            Target = loop.EndPoint,
            Tls = new TlsClientSettings(name, verify, roots),
            IsTlsFirst = true,
        };
        Dialer.Connect(options, loop.Set,
            connection => PlainConnectionTests.Keep(ref client, new ScriptedSession(connection, (_, line, output) =>
        {
            output.Write("quit\n");
            return line == "quit\n" ? Next.Close : Next.Read;
        }), made), (fault, text) => Assert.Fail($"{fault}: {text}"));
        Assert.True(made.Wait(Loop.Long));
        Assert.True(client!.Ended.Wait(Loop.Long));
        Assert.Equal(expected, client.Connection.Fault);
        Assert.Empty(client.Wrongs);
    }

    [Fact]
    public void Certificate_files_that_are_missing_or_wrong_are_a_value()
    {
        Assert.Equal(Fault.NotFound, TlsServerSettings.TryLoad("/nonexistent/cert.pem", null, out _, out string? text));
        Assert.Contains("/nonexistent/cert.pem", text, StringComparison.Ordinal);
        string folder = Directory.CreateTempSubdirectory("mailmodule-tls-").FullName;
        try
        {
            string file = Path.Combine(folder, "cert.pem");
            File.WriteAllText(file, "no certificate");
            Assert.Equal(Fault.Tls, TlsServerSettings.TryLoad(file, null, out _, out _));
            using var key = System.Security.Cryptography.RSA.Create(2048);
            var request = new CertificateRequest(
                "CN=x", key, System.Security.Cryptography.HashAlgorithmName.SHA256,
                System.Security.Cryptography.RSASignaturePadding.Pkcs1);
            using X509Certificate2 made =
                request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            File.WriteAllText(file, made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
            Assert.Equal(Fault.None, TlsServerSettings.TryLoad(file, null, out TlsServerSettings? settings, out _));
            Assert.NotNull(settings);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
