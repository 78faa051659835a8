using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MailModule.Tests.Support;

/// <summary>
/// A server on an ephemeral loopback port that follows a script, one for each connection in turn (the last repeats). A step is a reply to send,
/// or one of: <see cref="Line"/>, <see cref="Text"/>, <see cref="SomeText"/>, <see cref="StartTls"/>, <see cref="Garble"/>, <see cref="Reset"/>, <see cref="Hang"/>, <see cref="Drip"/>,
/// <see cref="Flood"/>, <see cref="Raw"/>. At a script's end the connection closes.
/// </summary>
public sealed class ScriptedSmtpServer : IDisposable
{
    /// <summary>Reads one line.</summary>
    public const string Line = "<";
    /// <summary>Reads to the final dot.</summary>
    public const string Text = "<text";
    /// <summary>Reads a first part of the text, however long.</summary>
    public const string SomeText = "<some";
    public const string StartTls = "!tls";
    /// <summary>Sends what is no TLS.</summary>
    public const string Garble = "!garble";
    public const string Reset = "!reset";
    /// <summary>Says nothing more until the client goes or the test ends.</summary>
    public const string Hang = "!hang";

    /// <summary>Octets of an answer that never ends, one by one, until the client goes.</summary>
    public const string Drip = "!drip";
    /// <summary>Lines of an answer that never ends, as fast as the client takes them.</summary>
    public const string Flood = "!flood";
    private const string RawMark = "=";
    private const int DripMilliseconds = 10;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;
    private readonly string[][] _scripts;
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<byte[]> _texts = new();
    private readonly ConcurrentQueue<string> _names = new();
    private readonly ManualResetEventSlim _hasEnded = new();
    private int _connections;
    private long _textLength;

    public ScriptedSmtpServer(X509Certificate2? certificate, params string[][] scripts)
    {
        _certificate = certificate;
        _scripts = scripts;
        _listener.Start();
        InBackground(Accept);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Lines read so far, of all connections.</summary>
    public string[] Lines => [.. _lines];

    /// <summary>Texts read so far, as they came, the final dot line included. Only of those below 1 MiB.</summary>
    public string[] Texts => [.. _texts.Select(Encoding.UTF8.GetString)];

    /// <summary>Server names that clients asked for in their handshakes (SNI); empty where one asked for none.</summary>
    public string[] NamesAskedFor => [.. _names];

    public long TextLength => Interlocked.Read(ref _textLength);

    /// <summary>Set when a <see cref="Hang"/> begins.</summary>
    public ManualResetEventSlim HasHung { get; } = new();

    /// <summary>A step that sends these characters, each as one octet, and no line end.</summary>
    public static string Raw(string octets) => RawMark + octets;

    /// <summary>A whole dialogue without extensions for so many recipients.</summary>
    public static string[] Plain(params string[] recipientReplies)
        => ["220 hello", Line, "250 server", Line, "250 ok", .. recipientReplies.SelectMany(reply => (string[])[Line, reply]), Line, "354 go", Text, "250 2.0.0 taken", Line, "221 bye"];

    public void Dispose()
    {
        _hasEnded.Set();
        _listener.Stop();
        foreach (Socket socket in _sockets)
            socket.Dispose();
    }

    private static void InBackground(Action action) => new Thread(() => Quietly(action)) { IsBackground = true }.Start();

    // The end of the test, or of the client, ends a script anywhere.
    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidOperationException or System.Security.Authentication.AuthenticationException)
        {
        }
    }

    private void Accept()
    {
        while (true)
        {
            Socket socket = _listener.AcceptSocket();
            _sockets.Add(socket);
            string[] script = _scripts[Math.Min(Interlocked.Increment(ref _connections), _scripts.Length) - 1];
            InBackground(() => Serve(socket, script));
        }
    }

    private void Serve(Socket socket, string[] script)
    {
        socket.NoDelay = true;
        Stream stream = new BufferedStream(new NetworkStream(socket));
        foreach (string step in script)
        {
            switch (step)
            {
                case Line:
                    _lines.Enqueue(ReadLine(stream));
                    break;
                case Text:
                    ReadText(stream);
                    break;
                case StartTls:
                    stream = BeginTls(stream);
                    break;
                case Garble:
                    Send(stream, "this is no TLS at all, and never was");
                    break;
                case Reset:
                    socket.LingerState = new LingerOption(true, 0);
                    break;
                case Hang:
                    HasHung.Set();
                    while (stream.ReadByte() >= 0)
                    {
                    }
                    break;
                case SomeText:
                    stream.ReadExactly(new byte[100]);
                    break;
                case Drip:
                    while (!_hasEnded.Wait(DripMilliseconds))
                        SendRaw(stream, "2");
                    break;
                case Flood:
                    while (true)
                        Send(stream, "250-and more");
                default:
                    SayStep(stream, step);
                    break;
            }
        }
        socket.Dispose();
    }

    private BufferedStream BeginTls(Stream stream)
    {
        var tls = new SslStream(((BufferedStream)stream).UnderlyingStream);
        tls.AuthenticateAsServerAsync((_, hello, _, _) =>
        {
            _names.Enqueue(hello.ServerName);
            return ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificate = _certificate });
        }, null).GetAwaiter().GetResult();
        return new BufferedStream(tls);
    }

    private static void SayStep(Stream stream, string step)
    {
        if (step.StartsWith(RawMark, StringComparison.Ordinal))
            SendRaw(stream, step[1..]);
        else
            Send(stream, step);
    }

    private static void Send(Stream stream, string line)
    {
        stream.Write(Encoding.UTF8.GetBytes(line + "\r\n"));
        stream.Flush();
    }

    private static void SendRaw(Stream stream, string octets)
    {
        stream.Write(Encoding.Latin1.GetBytes(octets));
        stream.Flush();
    }

    private static string ReadLine(Stream stream)
    {
        var line = new List<byte>();
        while (stream.ReadByte() is var octet && octet != '\n')
            line.Add(octet < 0 ? throw new IOException("closed") : (byte)octet);
        return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
    }

    private void ReadText(Stream stream)
    {
        byte[] buffer = new byte[32 * 1024];
        var small = new MemoryStream();
        var tail = new Queue<byte>("\r\n"u8.ToArray());
        while (!tail.TakeLast(5).SequenceEqual("\r\n.\r\n"u8.ToArray()))
        {
            int count = stream.Read(buffer);
            if (count == 0)
                throw new IOException("closed");
            Interlocked.Add(ref _textLength, count);
            if (small.Length < 1 << 20)
                small.Write(buffer.AsSpan(0, count));
            foreach (byte octet in buffer.AsSpan(Math.Max(0, count - 5), Math.Min(count, 5)))
                tail.Enqueue(octet);
            while (tail.Count > 5)
                tail.Dequeue();
        }
        _texts.Enqueue(small.ToArray());
    }
}
