using System.Net;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Tests.Smtp.Server;

/// <summary>
/// A server session over memory, stepped by the test, which gives pending answers as they come due. Octets are Latin-1
/// text.
/// </summary>
internal sealed class SmtpHarness : IBlockingPeer
{
    private readonly Output _output = new();
    private readonly Queue<byte[]> _coming = new();
    private readonly StringBuilder _sent = new();
    private readonly MemoryPeer _peer = new()
    {
        RemoteEndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 4321),
        EndPointBinding = new byte[32],
    };

    private SteppedSession? _stepped;

    public SmtpHarness(SmtpServerOptions? options = null, FakeBackend? backend = null)
    {
        Backend = backend ?? new FakeBackend();
        Session = new SmtpSession(options ?? new SmtpServerOptions { HostName = "mail.example" }, Backend, _peer);
    }

    public FakeBackend Backend { get; }
    /// <summary>The dialogue is told to it; null: it is not.</summary>
    public Action<string>? Trace { get; init; }

    private SteppedSession Stepped => _stepped ??= new SteppedSession(
        Trace is null ? Session : new TracedSession(Session, new SmtpServerTrace(Trace)), _peer);

    public SmtpSession Session { get; }
    public bool IsClosed => Stepped.Waits == Next.Close;
    public bool IsWaiting => Stepped.Waits == Next.Wait;
    public int Kept => Stepped.Unconsumed.Length;
    public int LongestOutput { get; private set; }

    /// <summary>Gives octets to the session and returns all that it answers.</summary>
    public string Send(string octets)
    {
        if (Stepped.Waits == Next.Write)
            Step([], awaits: true);
        Step(Encoding.Latin1.GetBytes(octets), awaits: true);
        return Take();
    }

    /// <summary>
    /// Octets that come while an answer is owed, if one is: that is given behind them, and the next one is owed still.
    /// </summary>
    public string Arrive(string octets)
    {
        bool isOwed = IsWaiting;
        Step(Encoding.Latin1.GetBytes(octets), awaits: false);
        if (isOwed)
            Answer(awaits: false);
        return Take();
    }

    /// <summary>Octets that arrive one piece after the other while a host reads (<see cref="WaitForInput"/>).</summary>
    public void Prepare(params string[] pieces)
    {
        foreach (string piece in pieces)
            _coming.Enqueue(Encoding.Latin1.GetBytes(piece));
    }

    public ReadOnlySpan<byte> WaitForInput(int known = 0)
    {
        if (Stepped.Unconsumed.Length <= known && _coming.TryDequeue(out byte[]? piece))
            Assert.Equal(Next.Wait, Stepped.Step(piece, default, _output));
        return Stepped.Unconsumed;
    }

    public void Consume(int count) => Stepped.Consume(count);

    public bool SendBlocking(ReadOnlySpan<byte> octets)
    {
        _sent.Append(Encoding.Latin1.GetString(octets));
        return true;
    }

    public Fault WaitFault => Fault.None;
    public nint Descriptor => -1;

    /// <summary>The client is gone; an answer that is owed comes behind that.</summary>
    public void Close()
    {
        if (Stepped.Lose(Fault.Closed) == Next.Wait)
            Answer(awaits: true);
        Assert.True(IsClosed);
    }

    private void Answer(bool awaits)
    {
        Assert.True(Backend.RunLater(), "the session waits for nothing");
        Step([], awaits);
    }

    /// <summary>Steps on until the session waits for input, or is closed.</summary>
    /// <param name="awaits">The answers that it waits for are given.</param>
    private void Step(ReadOnlySpan<byte> octets, bool awaits)
    {
        Next next = Stepped.Step(octets, default, _output);
        while (Collect() && next is not (Next.Read or Next.Close) && (awaits || next != Next.Wait))
        {
            if (next == Next.Wait)
                Assert.True(Backend.RunLater(), "the session waits for nothing");
            next = next == Next.StartTls
                ? Stepped.BeginTls("TLSv1.3", default, _output)
                : Stepped.Step([], default, _output);
        }
    }

    private bool Collect()
    {
        LongestOutput = Math.Max(LongestOutput, _output.Length);
        _sent.Append(Encoding.Latin1.GetString(_output.Written));
        _output.Clear();
        return true;
    }

    private string Take()
    {
        string sent = _sent.ToString();
        _sent.Clear();
        return sent;
    }
}
