using System.Net;
using System.Text;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Tests.Loopback;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>
/// A client at an address of one's choice, whose session is stepped: what it sends is octets, what it gets is text.
/// Answers may come from workers.
/// </summary>
internal sealed class SteppedClient : IDisposable
{
    private readonly Output _output = new();
    private readonly SemaphoreSlim _resumed = new(0);
    private readonly SteppedSession _stepped;

    public SteppedClient(
        string address, SmtpServerOptions options, ISmtpBackend backend, SessionMemory? memory = null)
    {
        var peer = new MemoryPeer
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 4321),
            IsTls = true,
            Memory = memory ?? new SessionMemory(long.MaxValue),
            Resumed = () => _resumed.Release(),
        };
        Session = new SmtpSession(options, backend, peer);
        _stepped = new SteppedSession(Session, peer);
        Greeting = Send("");
    }

    public string Greeting { get; }

    public SmtpSession Session { get; }

    /// <summary>One command or several; gives back the replies to them.</summary>
    public string Send(string commands)
    {
        Next next = _stepped.Step(Encoding.UTF8.GetBytes(commands), default, _output);
        while (next == Next.Wait)
        {
            Assert.True(_resumed.Wait(Loop.Long));
            next = _stepped.Step([], default, _output);
        }
        string replies = Encoding.UTF8.GetString(_output.Written);
        _output.Clear();
        return replies;
    }

    public void Dispose()
    {
        _stepped.Lose(Fault.Closed);
        _resumed.Dispose();
    }
}
