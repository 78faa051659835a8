using System.Net;
using System.Text;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Tests.Smtp.Server;

/// <summary>
/// A server session over memory: does what a connection does, without a socket. Octets are Latin-1 text.
/// </summary>
internal sealed class SmtpHarness : ISmtpPeer
{
    private readonly Output _output = new();
    private readonly Queue<byte[]> _coming = new();
    private readonly StringBuilder _sent = new();
    private byte[] _kept = [];
    private int _resumed;

    public SmtpHarness(SmtpServerOptions? options = null, FakeBackend? backend = null)
    {
        Backend = backend ?? new FakeBackend();
        Session = new SmtpSession(options ?? new SmtpServerOptions { HostName = "mail.example" }, Backend, this);
    }

    public FakeBackend Backend { get; }
    public SmtpSession Session { get; }
    public bool IsClosed { get; private set; }
    public int Kept => _kept.Length;
    public int LongestOutput { get; private set; }

    public IPEndPoint? RemoteEndPoint { get; } = new(IPAddress.Parse("192.0.2.1"), 4321);
    public bool IsTls { get; set; }

    /// <summary>Gives octets to the session and returns all that it answers.</summary>
    public string Send(string octets)
    {
        _kept = [.. _kept, .. Encoding.Latin1.GetBytes(octets)];
        while (!IsClosed && !TakesStep())
        {
        }
        return Take();
    }

    /// <summary>Octets that arrive one piece after the other while a host reads (<see cref="WaitForInput"/>).</summary>
    public void Prepare(params string[] pieces)
    {
        foreach (string piece in pieces)
            _coming.Enqueue(Encoding.Latin1.GetBytes(piece));
    }

    public void Resume() => _resumed++;

    public ReadOnlySpan<byte> WaitForInput()
    {
        if (_kept.Length == 0 && _coming.TryDequeue(out byte[]? piece))
            _kept = piece;
        return _kept;
    }

    public void Consume(int count) => _kept = _kept[count..];

    public bool SendBlocking(ReadOnlySpan<byte> octets)
    {
        _sent.Append(Encoding.Latin1.GetString(octets));
        return true;
    }

    public void Close()
    {
        IsClosed = true;
        Session.Closed();
    }

    /// <summary>One Advance and what it asks for; true when the session waits for input.</summary>
    private bool TakesStep()
    {
        ReadOnlySpan<byte> input = _kept;
        Next next = Session.Advance(ref input, _output);
        _kept = input.ToArray();
        LongestOutput = Math.Max(LongestOutput, _output.Length);
        _sent.Append(Encoding.Latin1.GetString(_output.Written));
        _output.Clear();
        switch (next)
        {
            case Next.Read:
                return true;
            case Next.Wait:
                Backend.RunLater();
                Assert.Equal(1, _resumed);
                _resumed = 0;
                break;
            case Next.StartTls:
                _kept = [];
                IsTls = true;
                break;
            case Next.Close:
                Close();
                break;
        }
        return false;
    }

    private string Take()
    {
        string sent = _sent.ToString();
        _sent.Clear();
        return sent;
    }
}
