using System.Net;
using System.Net.Sockets;

namespace MailModule.Dns.Stub;

/// <summary>A port from which datagrams are sent to one server, for one question at a time.</summary>
internal sealed class QueryPort(IPEndPoint server, TimeProvider time) : IDisposable
{
    private const int QuestionLimit = 16;
    private static readonly TimeSpan AgeLimit = TimeSpan.FromSeconds(1);

    /// <summary>
    /// More than EDNS offers: a server that sends still more is cut off, and its response is malformed.
    /// </summary>
    private const int DatagramLimit = 4096;

    private readonly long _made = time.GetTimestamp();
    private int _questions;

    public IPEndPoint Server => server;
    public QuerySocket Socket { get; } = QuerySocket.Create(server, SocketType.Dgram);

    /// <summary>For what is received.</summary>
    public byte[] Buffer { get; } = new byte[DatagramLimit];

    /// <summary>May serve another question.</summary>
    public bool IsFresh => _questions < QuestionLimit && time.GetElapsedTime(_made) < AgeLimit;

    /// <summary>One more question has been answered.</summary>
    public void CountQuestion() => _questions++;

    public void Dispose() => Socket.Dispose();
}
