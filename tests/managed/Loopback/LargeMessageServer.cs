using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailModule.Tests.Loopback;

/// <summary>Lets anybody in, and answers RETR with a message of so many pieces.</summary>
internal sealed class LargeMessageServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private long _sent;

    public LargeMessageServer(int pieces, int piece)
    {
        _listener.Start();
        Loop.InBackground(() => Serve(pieces, piece));
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public long Sent => Interlocked.Read(ref _sent);

    public void Dispose() => _listener.Stop();

    private void Serve(int pieces, int piece)
    {
        using Socket socket = _listener.AcceptSocket();
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.ASCII);
        byte[] octets = Encoding.ASCII.GetBytes(new string('x', piece - 2) + "\r\n");
        socket.Send("+OK hi\r\n"u8);
        while (reader.ReadLine() is { } line)
        {
            socket.Send(line[..4] switch
            {
                "CAPA" => "-ERR\r\n"u8,
                "USER" => "+OK\r\n"u8,
                "PASS" => "+OK in\r\n"u8,
                "QUIT" => "+OK bye\r\n"u8,
                _ => "+OK big\r\n"u8,
            });
            for (int i = 0; line == "RETR 1" && i < pieces; i++)
                for (int at = 0; at < piece;)
                {
                    int count = socket.Send(octets.AsSpan(at));
                    at += count;
                    Interlocked.Add(ref _sent, count);
                }
            if (line == "RETR 1")
                socket.Send(".\r\n"u8);
        }
    }
}
