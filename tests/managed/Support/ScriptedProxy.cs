using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MailModule.Tests.Support;

/// <summary>
/// A proxy on an ephemeral loopback port that follows a script for every connection: an <see cref="int"/> reads so many
/// octets, a <see cref="byte"/> array is sent, and <see cref="Relay"/>, <see cref="Hang"/>. At a script's end the
/// connection closes.
/// </summary>
public sealed class ScriptedProxy : IDisposable
{
    /// <summary>Connects to the target that the test named, and carries octets both ways.</summary>
    public static readonly object Relay = new();
    public static readonly object Hang = new();

    private readonly TcpListener _listener;
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly ConcurrentQueue<byte[]> _read = new();
    private readonly IPEndPoint? _target;
    private readonly object[] _script;

    public ScriptedProxy(IPEndPoint? target, params object[] script) : this(IPAddress.Loopback, target, script)
    {
    }

    public ScriptedProxy(IPAddress address, IPEndPoint? target, params object[] script)
    {
        _listener = new TcpListener(address, 0);
        _target = target;
        _script = script;
        _listener.Start();
        InBackground(Accept);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What was read for each <see cref="int"/> of the script.</summary>
    public byte[][] Read => [.. _read];

    /// <summary>Set when a <see cref="Hang"/> begins.</summary>
    public ManualResetEventSlim HasHung { get; } = new();

    public void Dispose()
    {
        _listener.Stop();
        foreach (Socket socket in _sockets)
            socket.Dispose();
    }

    private static void InBackground(Action action)
        => new Thread(() => Quietly(action)) { IsBackground = true }.Start();

    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidOperationException)
        {
        }
    }

    private void Accept()
    {
        while (true)
        {
            Socket socket = _listener.AcceptSocket();
            _sockets.Add(socket);
            InBackground(() => Serve(socket));
        }
    }

    private void Serve(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        foreach (object step in _script)
        {
            if (step is int count)
                _read.Enqueue(ReadExactly(stream, count));
            else if (step is byte[] octets)
                stream.Write(octets);
            else if (step == Relay)
                CarryBothWays(stream);
            else
                HangOn(stream);
        }
    }

    private static byte[] ReadExactly(NetworkStream stream, int count)
    {
        byte[] octets = new byte[count];
        stream.ReadExactly(octets);
        return octets;
    }

    private void HangOn(NetworkStream stream)
    {
        HasHung.Set();
        while (stream.ReadByte() >= 0)
        {
        }
    }

    private void CarryBothWays(NetworkStream client)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _sockets.Add(socket);
        socket.Connect(_target!);
        var server = new NetworkStream(socket, ownsSocket: true);
        InBackground(() => Carry(client, server));
        Carry(server, client);
    }

    private static void Carry(NetworkStream from, NetworkStream to)
    {
        from.CopyTo(to);
        to.Socket.Shutdown(SocketShutdown.Send);
    }
}
