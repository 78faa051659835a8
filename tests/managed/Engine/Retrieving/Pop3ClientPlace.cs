using System.Security.Cryptography.X509Certificates;
using MailModule.Engine;
using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Pop3;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Retrieving;

/// <summary>An engine that trusts the tests' authority, and its clients of POP3.</summary>
internal sealed class Pop3ClientPlace : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Pop3ClientPlace()
    {
        string roots = Path.Combine(_folder.Path, "roots.pem");
        File.WriteAllText(roots, TestAuthority.Trusted.Roots[0].ExportCertificatePem());
        Assert.Equal(Fault.None, Engine.Set("mail_root", _folder.Path));
        Assert.Equal(Fault.None, Engine.Set("tls_cafile", roots));
    }

    public static X509Certificate2 Certificate { get; } = TestAuthority.Trusted.Issue("localhost");

    public MailEngine Engine { get; } = new();

    public static (Fault Fault, Pop3Status Status) Say(Pop3Client client, Func<Pop3Client, Fault> verb)
        => (client.Call(verb), client.Status);

    public void Dispose()
    {
        Engine.Close();
        _folder.Dispose();
    }

    public Pop3Client New(ClientSetup? setup = null)
    {
        Assert.Equal(Fault.None, Engine.NewPop3Client(setup ?? new ClientSetup(), out Pop3Client? client));
        return client!;
    }

    public Pop3Client Connected(ScriptedSmtpServer server, ClientSetup? setup = null, string host = "127.0.0.1")
    {
        Pop3Client client = New(setup);
        Assert.Equal((Fault.None, Pop3Status.Ok), Say(client, one => one.Connect(host, server.Port, false, true)));
        return client;
    }
}
