using System.Net;
using System.Text;
using MailModule.Smtp.Server;
using MailModule.Tests.Loopback;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>
/// A client at an address of one's choice, over memory: what it sends is octets, what it gets is text.
/// </summary>
internal sealed class MemoryPeer : ISmtpPeer, IDisposable
{
    private readonly Output _output = new();
    private readonly SemaphoreSlim _resumed = new(0);
    private readonly SmtpSession _session;

    public MemoryPeer(string address, ISmtpBackend backend, SmtpServerOptions options)
    {
        RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 4321);
        _session = new SmtpSession(options, backend, this);
        Send("");
    }

    public IPEndPoint RemoteEndPoint { get; }
    public SmtpSession Session => _session;
    public bool IsTls { get; init; } = true;
    public void Resume() => _resumed.Release();
    public ReadOnlySpan<byte> WaitForInput() => throw new NotSupportedException();
    public void Consume(int count) => throw new NotSupportedException();
    public bool SendBlocking(ReadOnlySpan<byte> octets) => throw new NotSupportedException();

    /// <summary>One command or several; gives back the replies to them.</summary>
    public string Send(string commands)
    {
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(commands);
        while (_session.Advance(ref input, _output) is Next.Wait)
            Assert.True(_resumed.Wait(Loop.Long));
        string replies = Encoding.UTF8.GetString(_output.Written);
        _output.Clear();
        return replies;
    }

    public void Dispose()
    {
        _session.Closed();
        _resumed.Dispose();
    }
}
