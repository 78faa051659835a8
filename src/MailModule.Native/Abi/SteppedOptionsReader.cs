using System.Net;
using MailModule.Engine.Serving;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Reads <c>mm_smtp_stepped_options</c> and <c>mm_pop3_stepped_options</c>.</summary>
internal static unsafe class SteppedOptionsReader
{
    /// <param name="pointer">0: the default.</param>
    public static Fault ReadSmtp(nint pointer, out SteppedOptions options)
    {
        var fault = Read(pointer, out options, out int last);
        if (fault != Fault.None)
            return fault;
        fault = ServerOptionsReader.ReadProtocol(last, out var protocol);
        options = options with { Protocol = protocol };
        return fault;
    }

    /// <param name="pointer">0: the default.</param>
    public static Fault ReadPop3(nint pointer, out SteppedOptions options)
    {
        var fault = Read(pointer, out options, out int last);
        return fault == Fault.None && last != 0
            ? FaultReason.Because(Fault.Argument, "reserved is not 0")
            : fault;
    }

    private static Fault Read(nint pointer, out SteppedOptions options, out int last)
    {
        (options, last) = (new SteppedOptions(), 0);
        if (pointer == 0)
            return Fault.None;
        var fault = Layout.Read(pointer, out SteppedOptionsLayout given);
        if (fault != Fault.None)
            return fault;
        fault = ReadEndPoint(given.Client, given.ClientPort, "client", out var client);
        if (fault != Fault.None)
            return fault;
        fault = ReadEndPoint(given.Server, given.ServerPort, "server", out var server);
        if (fault != Fault.None)
            return fault;
        fault = Text.ReadOptional(given.Tls, "tls", out string? tls);
        if (fault != Fault.None)
            return fault;
        if (tls is not null && (tls.Length == 0 || tls.Any(char.IsControl)))
            return FaultReason.Because(Fault.Argument, "tls: some text without controls");
        if (given.OfferTls is not (0 or 1))
            return FaultReason.Because(Fault.Argument, "offer_tls is 0 or 1");
        last = given.Last;
        options = new SteppedOptions
        {
            Client = client,
            Server = server,
            Tls = tls,
            Wake = WakeOf(given.Wake, given.User),
            OffersTls = given.OfferTls != 0,
        };
        return Fault.None;
    }

    private static Action? WakeOf(nint callback, nint user)
    {
        if (callback == 0)
            return null;
        return () =>
        {
            using (Callbacks.Enter())
                ((delegate* unmanaged[Cdecl]<nint, void>)callback)(user);
        };
    }

    private static Fault ReadEndPoint(nint text, int port, string name, out IPEndPoint? endPoint)
    {
        endPoint = null;
        var fault = Text.ReadOptional(text, name, out string? address);
        if (fault != Fault.None)
            return fault;
        if (port is < 0 or > ushort.MaxValue || (address is null && port != 0))
            return FaultReason.Because(Fault.Argument, $"{name}_port is no port of an address");
        if (address is null)
            return Fault.None;
        if (!IPAddress.TryParse(address, out var ip))
            return FaultReason.Because(Fault.Argument, $"{name} is no IP address");
        endPoint = new IPEndPoint(ip, port);
        return Fault.None;
    }
}
