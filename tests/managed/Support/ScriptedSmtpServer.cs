using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MailModule.Tests.Support;

/// <summary>
/// A server on an ephemeral loopback port that follows a script, one for each connection in turn (the last repeats). A
/// step is a reply to send, or one of: <see cref="Line"/>, <see cref="Text"/>, <see cref="SomeText"/>,
/// <see cref="StartTls"/>, <see cref="Garble"/>, <see cref="Reset"/>, <see cref="Hang"/>, <see cref="Stall"/>,
/// <see cref="Drip"/>, <see cref="Flood"/>, <see cref="Raw"/>. At a script's end the connection closes.
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

    /// <summary>Neither says nor takes anything until the test ends.</summary>
    public const string Stall = "!stall";
    /// <summary>Octets of an answer that never ends, one by one, until the client goes.</summary>
    public const string Drip = "!drip";
    /// <summary>Lines of an answer that never ends, as fast as the client takes them.</summary>
    public const string Flood = "!flood";
    private const string RawMark = "=";
    private const int DripMilliseconds = 10;

    private readonly TcpListener _listener;
    private readonly X509Certificate2? _certificate;
    private readonly string[][] _scripts;
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<byte[]> _texts = new();
    private readonly ConcurrentQueue<string> _names = new();
    private readonly ManualResetEventSlim _hasEnded = new();
    private int _connections;
    private int _ended;
    private long _textLength;

    public ScriptedSmtpServer(X509Certificate2? certificate, params string[][] scripts)
        : this(IPAddress.Loopback, certificate, scripts)
    {
    }

    public ScriptedSmtpServer(IPAddress address, X509Certificate2? certificate, params string[][] scripts)
    {
        _listener = new TcpListener(address, 0);
        _certificate = certificate;
        _scripts = scripts;
        _listener.Start();
        InBackground(Accept);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections whose script has ended, by itself or by the client.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Lines read so far, of all connections.</summary>
    public string[] Lines => [.. _lines];

    /// <summary>Texts read so far, as they came, the final dot line included. Only of those below 1 MiB.</summary>
    public string[] Texts => [.. _texts.Select(Encoding.UTF8.GetString)];

    /// <summary>
    /// Server names that clients asked for in their handshakes (SNI); empty where one asked for none.
    /// </summary>
    public string[] NamesAskedFor => [.. _names];

    public long TextLength => Interlocked.Read(ref _textLength);

    /// <summary>Set when a <see cref="Hang"/> begins.</summary>
    public ManualResetEventSlim HasHung { get; } = new();

    /// <summary>A step that sends these characters, each as one octet, and no line end.</summary>
    public static string Raw(string octets) => RawMark + octets;

    /// <summary>A whole dialogue without extensions for so many recipients.</summary>
    public static string[] Plain(params string[] recipientReplies)
        => ["220 hello", Line, "250 server", Line, "250 ok",
            .. recipientReplies.SelectMany(reply => (string[])[Line, reply]), Line, "354 go", Text, "250 2.0.0 taken",
            Line, "221 bye"];

    public void Dispose()
    {
        _hasEnded.Set();
        _listener.Stop();
        foreach (Socket socket in _sockets)
            socket.Dispose();
    }

    private static void InBackground(Action action)
        => new Thread(() => Quietly(action)) { IsBackground = true }.Start();

    // The end of the test, or of the client, ends a script anywhere.
    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (
            e is IOException or SocketException or InvalidOperationException
            or System.Security.Authentication.AuthenticationException)
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
            InBackground(() =>
            {
                try
                {
                    Serve(socket, script);
                }
                finally
                {
                    Interlocked.Increment(ref _ended);
                }
            });
        }
    }

    private void Serve(Socket socket, string[] script)
    {
        socket.NoDelay = true;
        var stream = new Wire(new NetworkStream(socket));
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
                case Stall:
                    _hasEnded.Wait();
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

    private Wire BeginTls(Wire stream)
    {
        var tls = new SslStream(stream.Below);
        tls.AuthenticateAsServerAsync((_, hello, _, _) =>
        {
            _names.Enqueue(hello.ServerName);
            return ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificate = _certificate });
        }, null).GetAwaiter().GetResult();
        return new Wire(tls);
    }

    /// <summary>Reads ahead, and writes at once.</summary>
    private sealed class Wire(Stream below)
    {
        private readonly byte[] _octets = new byte[32 * 1024];
        private int _start;
        private int _end;

        public Stream Below => below;

        public int ReadByte() => Fill() ? _octets[_start++] : -1;

        public int Read(Span<byte> target)
        {
            int count = Fill() ? Math.Min(target.Length, _end - _start) : 0;
            _octets.AsSpan(_start, count).CopyTo(target);
            _start += count;
            return count;
        }

        public void ReadExactly(Span<byte> target)
        {
            while (!target.IsEmpty)
                target = target[(Read(target) is var count and > 0 ? count : throw new IOException("closed"))..];
        }

        /// <summary>What is there of a text, up to its end and no further.</summary>
        /// <param name="matched">Octets of CRLF.CRLF seen so far.</param>
        public ReadOnlySpan<byte> TakeText(ref int matched, out bool isOver)
        {
            ReadOnlySpan<byte> mark = "\r\n.\r\n"u8;
            if (!Fill())
                throw new IOException("closed");
            int at = _start;
            while (at < _end && matched < mark.Length)
            {
                byte octet = _octets[at++];
                matched = octet == mark[matched] ? matched + 1 : octet == '\r' ? 1 : 0;
            }
            isOver = matched == mark.Length;
            ReadOnlySpan<byte> taken = _octets.AsSpan(_start, at - _start);
            _start = at;
            return taken;
        }

        public void Write(ReadOnlySpan<byte> octets) => below.Write(octets);

        private bool Fill()
        {
            if (_start == _end)
                (_start, _end) = (0, below.Read(_octets));
            return _start < _end;
        }
    }

    private static void SayStep(Wire stream, string step)
    {
        if (step.StartsWith(RawMark, StringComparison.Ordinal))
            SendRaw(stream, step[1..]);
        else
            Send(stream, step);
    }

    private static void Send(Wire stream, string line)
    {
        stream.Write(Encoding.UTF8.GetBytes(line + "\r\n"));
    }

    private static void SendRaw(Wire stream, string octets)
    {
        stream.Write(Encoding.Latin1.GetBytes(octets));
    }

    private static string ReadLine(Wire stream)
    {
        var line = new List<byte>();
        while (stream.ReadByte() is var octet && octet != '\n')
            line.Add(octet < 0 ? throw new IOException("closed") : (byte)octet);
        return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
    }

    private void ReadText(Wire stream)
    {
        var small = new MemoryStream();
        bool isOver = false;
        int matched = 2; // as behind a line end
        while (!isOver)
        {
            ReadOnlySpan<byte> octets = stream.TakeText(ref matched, out isOver);
            Interlocked.Add(ref _textLength, octets.Length);
            if (small.Length < 1 << 20)
                small.Write(octets);
        }
        _texts.Enqueue(small.ToArray());
    }
}
