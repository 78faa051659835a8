using System.Net;
using System.Net.Sockets;
using System.Text;
using MailModule.Primitives;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Tests.Transport.Blocking;

/// <summary>Two ends of a connection on loopback.</summary>
internal sealed class SocketPair : IDisposable
{
    public SocketPair()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Near.Connect(listener.LocalEndpoint);
        Far = listener.AcceptSocket();
        Near.Blocking = false;
    }

    public Socket Near { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public Socket Far { get; }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}

/// <summary>A host that reads and writes a socket, and waits by a wait of its own or leaves that to us.</summary>
internal sealed class SocketHost(Socket socket, bool canWait) : IHostTransport, IDisposable
{
    private readonly AutoResetEvent _interrupted = new(false);

    public bool IsSecure { get; init; }
    public bool CanWait => canWait;
    public nint Socket { get; init; } = canWait ? -1 : socket.Handle;
    public int Closings { get; private set; }
    public int InterruptionsAfterClosing { get; private set; }

    public HostTransfer Read(Span<byte> target)
    {
        int count = socket.Receive(target, SocketFlags.None, out SocketError error);
        return error == SocketError.WouldBlock ? HostTransfer.Again(Readiness.Input)
            : error != SocketError.Success ? HostTransfer.Failed(Fault.Closed)
            : count == 0 ? HostTransfer.Ended : HostTransfer.Moved(count);
    }

    public HostTransfer Write(ReadOnlySpan<byte> octets)
    {
        int count = socket.Send(octets, SocketFlags.None, out SocketError error);
        return error == SocketError.WouldBlock ? HostTransfer.Again(Readiness.Room)
            : error != SocketError.Success ? HostTransfer.Failed(Fault.Closed) : HostTransfer.Moved(count);
    }

    public Fault Wait(Readiness wanted, TimeSpan atMost, out Readiness there)
    {
        long begun = Environment.TickCount64;
        do
        {
            there = Look(wanted);
            if (there != Readiness.None || _interrupted.WaitOne(1))
                return Fault.None;
        }
        while (atMost < TimeSpan.Zero || Environment.TickCount64 - begun < atMost.TotalMilliseconds);
        return Fault.None;
    }

    public void Interrupt()
    {
        InterruptionsAfterClosing += Closings;
        _interrupted.Set();
    }

    public void Close() => Closings++;

    public void Dispose() => _interrupted.Dispose();

    private Readiness Look(Readiness wanted)
        => ((wanted & Readiness.Input) != 0 && socket.Poll(0, SelectMode.SelectRead) ? Readiness.Input : 0)
            | ((wanted & Readiness.Room) != 0 && socket.Poll(0, SelectMode.SelectWrite) ? Readiness.Room : 0);
}

/// <summary>A host that answers by a script, and then takes everything and says "221 bye".</summary>
internal sealed class StepHost(List<HostTransfer> reads, List<HostTransfer> writes) : IHostTransport
{
    private readonly Queue<HostTransfer> _reads = new(reads);
    private readonly Queue<HostTransfer> _writes = new(writes);
    private readonly StringBuilder _written = new();

    public bool IsSecure => false;
    public bool CanWait { get; init; } = true;
    public nint Socket => -1;
    public int Most { get; init; } = int.MaxValue;
    public Fault WaitFault { get; init; }
    public int Closings { get; private set; }
    public List<Readiness> Waits { get; } = [];
    public string Written => _written.ToString();

    public HostTransfer Read(Span<byte> target)
    {
        if (_reads.TryDequeue(out HostTransfer step))
            return step;
        "221 bye"u8.CopyTo(target);
        return HostTransfer.Moved(7);
    }

    public HostTransfer Write(ReadOnlySpan<byte> octets)
    {
        if (_writes.TryDequeue(out HostTransfer step))
            return step;
        octets = octets[..Math.Min(octets.Length, Most)];
        _written.Append(Encoding.ASCII.GetString(octets));
        return HostTransfer.Moved(octets.Length);
    }

    public Fault Wait(Readiness wanted, TimeSpan atMost, out Readiness there)
    {
        Waits.Add(wanted);
        there = wanted;
        return WaitFault;
    }

    public void Interrupt()
    {
    }

    public void Close() => Closings++;
}
