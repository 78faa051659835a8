using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>What a request callback may ask about its connection.</summary>
internal static unsafe class LegacyConnection
{
    [UnmanagedCallersOnly(EntryPoint = "mmi_auth_name", CallConvs = [typeof(CallConvCdecl)])]
    private static nint AuthName(nint stream) => Boundary.Call(stream, nint.Zero, AuthName);

    private static Fault AuthName(nint handle, out nint text)
    {
        text = 0;
        var fault = StreamHandle.Find(handle, out var stream);
        return fault != Fault.None ? fault : stream.UserName(out text);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_auth_password", CallConvs = [typeof(CallConvCdecl)])]
    private static nint AuthPassword(nint stream) => Boundary.Call(stream, nint.Zero, AuthPassword);

    private static Fault AuthPassword(nint handle, out nint text)
    {
        text = 0;
        var fault = StreamHandle.Find(handle, out var stream);
        return fault != Fault.None ? fault : stream.Password(out text);
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_remote_ip", CallConvs = [typeof(CallConvCdecl)])]
    private static uint RemoteIp(nint stream) => Boundary.Call(stream, 0u, RemoteIp);

    private static Fault RemoteIp(nint handle, out uint address)
    {
        address = 0;
        var fault = Peer(handle, out var peer);
        if (fault == Fault.None)
            SocketAddresses.TryGetIPv4(peer, out address);
        return fault;
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_remote_addr", CallConvs = [typeof(CallConvCdecl)])]
    private static int RemoteAddr(nint stream, nint address, int size)
        => Boundary.Call((stream, address, size), 0, RemoteAddr);

    private static Fault RemoteAddr((nint Stream, nint Address, int Size) call, out int written)
    {
        written = 0;
        var fault = Peer(call.Stream, out var peer);
        if (fault != Fault.None)
            return fault;
        if (call.Address == 0 || call.Size < 0)
            return FaultReason.Because(Fault.Argument, "addr is NULL, or buflen below 0");
        return SocketAddresses.TryWrite(peer, new Span<byte>((void*)call.Address, call.Size), out written)
            ? Fault.None
            : FaultReason.Because(Fault.Argument, $"buflen is {call.Size}, and the address has {written} octets");
    }

    [UnmanagedCallersOnly(EntryPoint = "mmi_socket", CallConvs = [typeof(CallConvCdecl)])]
    private static int Socket(nint stream) => Boundary.Call(stream, -1, Socket);

    private static Fault Socket(nint handle, out int descriptor)
    {
        descriptor = -1;
        var fault = StreamHandle.Find(handle, out var stream);
        return fault != Fault.None ? fault : stream.Descriptor(out descriptor);
    }

    private static Fault Peer(nint handle, out IPEndPoint peer)
    {
        peer = null!;
        var fault = StreamHandle.Find(handle, out var stream);
        return fault != Fault.None ? fault : stream.RemoteEndPoint(out peer!);
    }
}
