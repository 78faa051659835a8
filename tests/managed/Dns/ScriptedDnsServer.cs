using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MailModule.Dns;

namespace MailModule.Tests.Dns;

/// <summary>A question that has reached the server, and the ways to answer it.</summary>
internal sealed class ReceivedQuery(
    byte[] query, EndPoint client, bool isTcp, Action<byte[]> send, Action<byte[]> sendFromOtherPort, Action close)
{
    /// <summary>From where it was asked.</summary>
    public int ClientPort => ((IPEndPoint)client).Port;

    public byte[] Query => query;
    public bool IsTcp => isTcp;
    public ushort Id => BinaryPrimitives.ReadUInt16BigEndian(query);
    public string Name => ResponseBuilder.NameIn(query);
    public DnsType Type
        => (DnsType)BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(ResponseBuilder.QuestionEnd(query) - 4));
    public bool HasEdns => query[11] == 1;

    /// <summary>A right response, to be filled.</summary>
    public ResponseBuilder Response() => new(query);

    public void Send(ResponseBuilder response)
        => send(isTcp ? [.. ResponseBuilder.Number(response.Octets.Length), .. response.Octets] : response.Octets);

    /// <summary>As it is; a stream's length is the caller's.</summary>
    public void SendRaw(byte[] octets) => send(octets);

    /// <summary>From another port of the server's host. Datagrams only.</summary>
    public void SendFromOtherPort(ResponseBuilder response) => sendFromOtherPort(response.Octets);

    /// <summary>Ends a stream.</summary>
    public void Close() => close();
}

/// <summary>
/// A DNS server on one ephemeral loopback port, datagrams and streams; each question is given to a script on a thread
/// of its kind. A script that returns without sending is silent.
/// </summary>
internal sealed class ScriptedDnsServer : IDisposable
{
    private readonly Action<ReceivedQuery> _script;
    private readonly Socket _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _otherPort = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _streams;
    private readonly ConcurrentQueue<ReceivedQuery> _asked = new();
    private readonly ConcurrentBag<TcpClient> _clients = [];

    public ScriptedDnsServer(Action<ReceivedQuery> script)
    {
        _script = script;
        _otherPort.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _streams = BindBoth();
        InBackground(ReceiveDatagrams);
        InBackground(AcceptStreams);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_datagrams.LocalEndPoint!;

    /// <summary>What was asked so far, in order.</summary>
    public ReceivedQuery[] Questions => [.. _asked];

    /// <summary>A server that answers every question for an address with this one.</summary>
    public static ScriptedDnsServer Of(string address)
        => new(asked => asked.Send(asked.Response().A(asked.Name, address)));

    public void Dispose()
    {
        _streams.Stop();
        _datagrams.Dispose();
        _otherPort.Dispose();
        foreach (TcpClient client in _clients)
            client.Dispose();
    }

    /// <summary>One port for both; another program may have the stream's, so it may take several draws.</summary>
    private TcpListener BindBoth()
    {
        while (true)
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            try
            {
                _datagrams.Bind(listener.LocalEndpoint);
                return listener;
            }
            catch (SocketException)
            {
                listener.Stop();
            }
        }
    }

    private static void InBackground(Action action)
        => new Thread(() => Quietly(action)) { IsBackground = true }.Start();

    // The end of the test, or of the client, ends everything.
    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidOperationException)
        {
        }
    }

    private void ReceiveDatagrams()
    {
        byte[] buffer = new byte[2048];
        while (true)
        {
            EndPoint client = new IPEndPoint(IPAddress.Any, 0);
            int count = _datagrams.ReceiveFrom(buffer, ref client);
            Answer(new ReceivedQuery(
                buffer[..count], client, isTcp: false, octets => _datagrams.SendTo(octets, client),
                octets => _otherPort.SendTo(octets, client), () => { }));
        }
    }

    private void AcceptStreams()
    {
        while (true)
        {
            TcpClient client = _streams.AcceptTcpClient();
            _clients.Add(client);
            InBackground(() => Serve(client));
        }
    }

    private void Serve(TcpClient client)
    {
        EndPoint from = client.Client.RemoteEndPoint!;
        NetworkStream stream = client.GetStream();
        byte[] prefix = new byte[2];
        stream.ReadExactly(prefix);
        byte[] query = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        stream.ReadExactly(query);
        Answer(new ReceivedQuery(query, from, isTcp: true, octets => stream.Write(octets), _ => { }, client.Dispose));
        // The client goes first, as it does in the field.
        stream.ReadByte();
        client.Dispose();
    }

    private void Answer(ReceivedQuery asked)
    {
        _asked.Enqueue(asked);
        _script(asked);
    }
}
