using System.Net;
using MailModule.Primitives;

namespace MailModule.Transport.Blocking;

/// <summary>
/// A host's transport, in place of a socket or above a connection's own. What answers "again" is waited for in the
/// host's wait, or at the socket.
/// </summary>
internal sealed class HostLink : BlockingLink
{
    private readonly IHostTransport _host;
    private readonly BlockingSocketLink? _below;

    /// <param name="below">The connection's own socket; null: there is none.</param>
    public HostLink(IHostTransport host, BlockingSocketLink? below, IPEndPoint? peer, Cancellation cancellation)
        : base(cancellation)
    {
        _host = host;
        _below = below;
        RemoteEndPoint = peer ?? below?.RemoteEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        below?.StopBlocking();
        cancellation.Interrupts(Interrupt);
    }

    public override IPEndPoint RemoteEndPoint { get; }
    public override IPAddress? LocalAddress => _below?.LocalAddress;
    public override nint Descriptor => _host.Socket != -1 ? _host.Socket : _below?.Descriptor ?? -1;
    public override bool IsHosts => true;
    public bool IsSecure => _host.IsSecure;

    public override void StopBlocking()
    {
        // The host's socket is as the host has made it, and ours below does not block any more.
    }

    public override void Close()
    {
        Cancellation.Interrupts(null);
        _host.Close();
        _below?.Close();
    }

    protected override Transfer TryReceive(Span<byte> target, out Readiness awaited)
        => Conclude(_host.Read(target), "the host cannot read", out awaited);

    protected override Transfer TrySend(ReadOnlySpan<byte> octets, out Readiness awaited)
        => Conclude(_host.Write(octets), "the host cannot write", out awaited);

    protected override Fault WaitFor(Readiness wanted, TimeSpan atMost, out Readiness there)
    {
        if (!_host.CanWait)
            return WaitForSocket(Descriptor, wanted, atMost, out there);
        Fault fault = _host.Wait(wanted, atMost, out there);
        if (fault is not Fault.None and not Fault.Timeout)
            Stop(Told(fault), "the host cannot wait");
        return fault;
    }

    private Transfer Conclude(HostTransfer moved, string failure, out Readiness awaited)
    {
        awaited = moved.Awaited;
        return moved.Transfer.State == TransferState.Failed
            ? Stop(Told(moved.Fault), failure)
            : moved.Transfer;
    }

    // A host's own word for what it has met; what says nothing of a connection is that it is lost.
    private static Fault Told(Fault fault) => fault switch
    {
        Fault.Timeout or Fault.Tls or Fault.CertificateName or Fault.Protocol or Fault.Cancelled => fault,
        _ => Fault.Closed,
    };

    private void Interrupt()
    {
        if (_host.CanWait)
            _host.Interrupt();
        _below?.ShutDown();
    }
}
