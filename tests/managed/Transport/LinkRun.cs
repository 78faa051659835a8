using System.Net;
using System.Text;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

/// <summary>Connections over links that a test brings.</summary>
internal sealed class LinkRun : IDisposable
{
    public LinkRun() => Set = new ConnectionSet(Workers, Log.None);

    public Workers Workers { get; } = new(16);
    public ConnectionSet Set { get; }

    public Connection Begin(
        ILink link, Func<Connection, ISession> createSession, ITlsSettings? tls = null, string refusal = "")
    {
        Assert.True(Set.TryAdmit(IPAddress.Loopback));
        var connection = new Connection(link, Set) { TlsSettings = tls };
        ISession session = createSession(connection);
        Set.Add(connection);
        connection.Start(session, tlsFirst: tls is not null,
            Encoding.ASCII.GetBytes(refusal));
        return connection;
    }

    /// <summary>A link by whose other end the test talks.</summary>
    /// <param name="kind">"memory" or "callbacks".</param>
    public ILink Link(string kind, int capacity, out LinkStream other)
    {
        (MemoryLink near, MemoryLink far) = MemoryLink.CreatePair(capacity);
        other = new LinkStream(far);
        return kind == "memory" ? near : new CallbackLink(new ScriptedHost(near, most: 1000), Workers);
    }

    public void Dispose()
    {
        Assert.True(Set.Stop(Loop.Long));
        Set.Dispose();
        Assert.True(Workers.Stop(Loop.Long));
    }
}
