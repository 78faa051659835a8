using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailModule.Tests.Loopback;

/// <summary>A client of POP3 that waits for each line, and does what no client should.</summary>
internal sealed class LineClient : IDisposable
{
    private readonly TcpClient _client = new() { ReceiveTimeout = 20_000 };
    private readonly Stream _stream;
    private readonly byte[] _octets = new byte[256 * 1024];
    private int _start, _end;

    public LineClient(int port)
    {
        _client.Connect(IPAddress.Loopback, port);
        _stream = _client.GetStream();
        Greeting = Line()!;
        Assert.StartsWith("+OK", Greeting, StringComparison.Ordinal);
    }

    public string Greeting { get; }

    public void Send(string text) => _stream.Write(Encoding.UTF8.GetBytes(text));

    public string? Ask(string command)
    {
        Send(command + "\r\n");
        return Line();
    }

    public string? LogIn(string user, string password)
    {
        Assert.StartsWith("+OK", Ask($"USER {user}"), StringComparison.Ordinal);
        return Ask($"PASS {password}");
    }

    public string? Line()
    {
        var line = new List<byte>();
        while (Fill())
        {
            byte octet = _octets[_start++];
            if (octet == '\n')
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(octet);
        }
        return line.Count == 0 ? null : throw new IOException("half a line: " + Encoding.UTF8.GetString([.. line]));
    }

    public List<string> Lines()
    {
        List<string> lines = [];
        while (Line() is { } line && line != ".")
            lines.Add(line);
        return lines;
    }

    public long Count(long most)
    {
        long count = 0;
        while (count < most && Fill())
        {
            int taken = (int)Math.Min(most - count, _end - _start);
            (count, _start) = (count + taken, _start + taken);
        }
        return count;
    }

    public void Flood(string line, int octets)
    {
        byte[] many = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, 10_000)));
        try
        {
            for (int sent = 0; sent < octets; sent += many.Length)
                _stream.Write(many);
        }
        catch (IOException)
        {
            // it was closed
        }
    }

    public void Reset()
    {
        _client.Client.LingerState = new LingerOption(true, 0);
        _client.Close();
    }

    public void Dispose() => _client.Dispose();

    private bool Fill()
    {
        if (_start == _end)
            (_start, _end) = (0, _stream.Read(_octets));
        return _start < _end;
    }
}
