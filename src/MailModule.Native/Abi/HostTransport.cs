using MailModule.Primitives;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Native.Abi;

/// <summary>
/// A host's <c>mm_transport</c>. What a callback returns that it may not counts as a lost connection.
/// </summary>
internal sealed unsafe class HostTransport : IHostTransport
{
    private const int Again = 1;
    private const int AgainRead = 2;
    private const int AgainWrite = 3;

    private const Fault Lost = Fault.Closed;

    /// <summary>Reasons that are passed on: others would say that the connection is as it was.</summary>
    private static readonly Fault[] s_told = [Fault.Timeout, Fault.Tls, Fault.CertificateName, Fault.Cancelled];

    private readonly TransportLayout _given;

    private HostTransport(in TransportLayout given) => _given = given;

    public bool IsSecure => _given.IsSecure == 1;

    public bool CanWait => _given.Wait != 0;

    public nint Socket => _given.Socket;

    /// <summary>
    /// Reads the structure. One that can be read and not used is closed, as the header says of each call that fails.
    /// </summary>
    public static Fault TryMake(nint place, out HostTransport? transport)
    {
        transport = null;
        var fault = Layout.Read(place, out TransportLayout given);
        if (fault != Fault.None)
            return fault;
        var made = new HostTransport(given);
        string? wrong = given.Read == 0 || given.Write == 0 ? "read or write is NULL"
            : given.Wait != 0 && given.Interrupt == 0 ? "wait is given without interrupt"
            : given.IsSecure is not (0 or 1) ? "is_secure is 0 or 1"
            : null;
        if (wrong is null && given.Reserved == 0)
        {
            transport = made;
            return Fault.None;
        }
        made.Close();
        return wrong is null
            ? FaultReason.Because(Fault.NotSupported, "reserved is not 0")
            : FaultReason.Because(Fault.Argument, wrong);
    }

    public HostTransfer Read(Span<byte> target)
    {
        nuint length = 0;
        int code;
        fixed (byte* place = target)
            using (Callbacks.EnterInsideCall())
                code = ((delegate* unmanaged[Cdecl]<byte*, nuint, nuint*, nint, int>)_given.Read)(
                    place, (nuint)target.Length, &length, _given.User);
        if (code != 0 || length > (nuint)target.Length)
            return NotMoved(code, Readiness.Input);
        return length == 0 ? HostTransfer.Ended : HostTransfer.Moved((int)length);
    }

    public HostTransfer Write(ReadOnlySpan<byte> octets)
    {
        nuint length = 0;
        int code;
        fixed (byte* place = octets)
            using (Callbacks.EnterInsideCall())
                code = ((delegate* unmanaged[Cdecl]<byte*, nuint, nuint*, nint, int>)_given.Write)(
                    place, (nuint)octets.Length, &length, _given.User);
        return code != 0 || length == 0 || length > (nuint)octets.Length
            ? NotMoved(code, Readiness.Room)
            : HostTransfer.Moved((int)length);
    }

    public Fault Wait(Readiness wanted, TimeSpan atMost, out Readiness there)
    {
        int found = 0, code;
        int milliseconds = atMost == Timeout.InfiniteTimeSpan
            ? -1
            : (int)Math.Clamp(Math.Ceiling(atMost.TotalMilliseconds), 0, int.MaxValue);
        using (Callbacks.EnterInsideCall())
            code = ((delegate* unmanaged[Cdecl]<int, int, int*, nint, int>)_given.Wait)(
                (int)wanted, milliseconds, &found, _given.User);
        there = (Readiness)found & wanted;
        return code == 0 ? Fault.None : FaultOf(code);
    }

    public void Interrupt()
    {
        if (_given.Interrupt == 0)
            return;
        using (Callbacks.EnterInsideCall())
            ((delegate* unmanaged[Cdecl]<nint, void>)_given.Interrupt)(_given.User);
    }

    public void Close()
    {
        if (_given.Close == 0)
            return;
        using (Callbacks.EnterInsideCall())
            ((delegate* unmanaged[Cdecl]<nint, void>)_given.Close)(_given.User);
    }

    private static HostTransfer NotMoved(int code, Readiness own) => code switch
    {
        Again => HostTransfer.Again(own),
        AgainRead => HostTransfer.Again(Readiness.Input),
        AgainWrite => HostTransfer.Again(Readiness.Room),
        _ => HostTransfer.Failed(FaultOf(code)),
    };

    private static Fault FaultOf(int code) => s_told.Contains((Fault)(-code)) ? (Fault)(-code) : Lost;
}
