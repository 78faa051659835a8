using System.Net;
using MailModule.Authentication.Checks;
using MailModule.Primitives;

namespace MailModule.Engine.Serving;

/// <summary>
/// What a host can do with the connection whose request it was asked about. Called while
/// <see cref="IRequestHandler.Invoke"/> runs, from its thread or, if the host hands the stream around, from another
/// one, but by one at a time.
/// </summary>
public interface IRequestStream
{
    /// <summary>
    /// SmtpConnect: sends raw octets to the client, all of them, blocking. PopGetMessage: appends to the content of the
    /// message (the module adds +OK, stuffing, the last line and the cut of TOP). Other actions:
    /// <see cref="Fault.State"/>. On loss <see cref="Fault.Closed"/>.
    /// </summary>
    Fault Send(ReadOnlySpan<byte> octets);

    /// <summary>
    /// SmtpConnect: raw octets from the client. SmtpSendMessage: the message, unstuffed, CRLF lines; the first call
    /// sends 354. Blocks for at least one octet. <paramref name="count"/> 0 with <see cref="Fault.None"/> is the end
    /// (and stays so); loss, expiry or a rule that the content breaks is a fault. Other actions, and any action on the
    /// I/O thread (<c>callback_inline</c>), which must not block: <see cref="Fault.State"/>.
    /// </summary>
    Fault Receive(Span<byte> buffer, out int count);

    /// <summary>
    /// SmtpSendMessage: whether a stranger's message is from whom it says. Before its content was read to the end:
    /// SPF; then all of it, of what was received. Blocks until it is known, 20 seconds at most; empty: nothing is
    /// checked. Where the host must not block, and for other actions: <see cref="Fault.State"/>.
    /// </summary>
    Fault GetAuthentication(out IReadOnlyList<MethodResult> results)
    {
        results = [];
        return Fault.State;
    }

    /// <summary>The user who logged in, or is about to (PopLogin); null if none.</summary>
    string? UserName { get; }

    /// <summary>The password that came with <see cref="UserName"/>; null if none.</summary>
    string? Password { get; }

    /// <summary>The client's address and port; null when there is no connection any more.</summary>
    IPEndPoint? RemoteEndPoint { get; }

    /// <summary>The socket's descriptor, the module's property; -1 when closed.</summary>
    nint Descriptor { get; }

    /// <summary>
    /// The connection's handle on the host's side, which the first request makes; closed when the connection has ended.
    /// </summary>
    IHostHandle? Handle { get; set; }

    /// <summary>The host's words, should it refuse this request.</summary>
    HostRefusal? Refusal { set; }
}
