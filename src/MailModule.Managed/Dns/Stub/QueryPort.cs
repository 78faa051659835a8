using System.Net;
using System.Net.Sockets;

namespace MailModule.Dns.Stub;

/// <summary>A port from which datagrams are sent to one server, for one question at a time.</summary>
internal sealed class QueryPort(IPEndPoint server) : IDisposable
{
    private const int QuestionLimit = 16;
    private const long MillisecondLimit = 1000;

    /// <summary>
    /// More than EDNS offers: a server that sends still more is cut off, and its response is malformed.
    /// </summary>
    private const int DatagramLimit = 4096;

    private readonly long _made = Environment.TickCount64;
    private int _questions;

    public IPEndPoint Server => server;
    public QuerySocket Socket { get; } = new(server, SocketType.Dgram);

    /// <summary>For what is received.</summary>
    public byte[] Buffer { get; } = new byte[DatagramLimit];

    /// <summary>May serve another question.</summary>
    public bool IsFresh => _questions < QuestionLimit && Environment.TickCount64 - _made < MillisecondLimit;

    /// <summary>One more question has been answered.</summary>
    public void CountQuestion() => _questions++;

    public void Dispose() => Socket.Dispose();
}
