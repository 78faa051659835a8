using System.Net;
using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>One port of a server: which, and how connections to it begin.</summary>
/// <param name="Number">0: one that is free, the same on all addresses.</param>
/// <param name="IsTlsFirst">TLS from the first octet.</param>
/// <param name="RequiresAuth">SMTP only: MAIL needs a login first (RFC 6409).</param>
/// <param name="IsLmtp">LMTP (RFC 2033) in place of SMTP.</param>
internal sealed record ServerPort(int Number, bool IsTlsFirst, bool RequiresAuth = false, bool IsLmtp = false)
{
    /// <summary>What is free on one address may be taken on another: then another is tried, so many times.</summary>
    private const int FreePortAttempts = 10;

    /// <summary>
    /// Listens on this port of all the addresses. Where all of the machine's are meant, one that has no IPv6 gets along
    /// without.
    /// </summary>
    public Fault Listen(
        IReadOnlyList<IPAddress> addresses, ListenerOptions options, ConnectionSet set, out Listener? listener,
        out string? text)
    {
        bool isAll = addresses.Count == 1 && addresses[0].Equals(IPAddress.IPv6Any);
        Fault fault = Fault.Bind;
        listener = null;
        text = null;
        if (isAll && Socket.OSSupportsIPv6)
            fault = TryListen([IPAddress.Any, IPAddress.IPv6Any], options, set, out listener, out text);
        if (fault != Fault.None && isAll)
            fault = TryListen([IPAddress.Any], options, set, out listener, out text);
        return isAll ? fault : TryListen(addresses, options, set, out listener, out text);
    }

    private Fault TryListen(
        IReadOnlyList<IPAddress> addresses, ListenerOptions options, ConnectionSet set, out Listener? listener,
        out string? text)
    {
        ListenerOptions bound = options with
        {
            EndPoints = [.. addresses.Select(address => new IPEndPoint(address, Number))],
            IsTlsFirst = IsTlsFirst,
        };
        Fault fault = Listener.TryStart(bound, set, out listener, out text);
        for (int i = 1; fault == Fault.Bind && Number == 0 && addresses.Count > 1 && i < FreePortAttempts; i++)
            fault = Listener.TryStart(bound, set, out listener, out text);
        return fault;
    }
}
