using MailModule.Primitives;
using MailModule.Transport.Proxies;

namespace MailModule.Transport.Dialing;

/// <summary>The session of a connection until its proxy has connected it; then the real one takes its place.</summary>
/// <param name="takeOver">Makes the real session; null if the attempt has ended meanwhile.</param>
/// <param name="failed">Told at the connection's end, if it never got so far.</param>
internal sealed class ProxyTunnel(
    IProxyHandshake handshake, Connection connection, bool isTlsFirst, Func<ISession?> takeOver,
    Action<Fault, string> failed) : ISession
{
    public Next Advance(ref ReadOnlySpan<byte> input, Output output) => handshake.Advance(ref input, output) switch
    {
        ProxyProgress.More => Next.Read,
        ProxyProgress.Connected when takeOver() is { } session => HandOver(session, ref input, output),
        _ => Next.Close,
    };

    public void Expire(ExpiryReason reason, Output output)
    {
    }

    public void Closed()
    {
        if (handshake.Problem.Length > 0)
            failed(Fault.Connect, handshake.Problem);
        else if (connection.Fault is Fault.Cancelled or Fault.Timeout)
            failed(connection.Fault, "no answer until we stopped waiting");
        else
            failed(Fault.Connect, "it has closed the connection");
    }

    // As if it had been the connection's from the first: a call without input, then what the target has said already.
    private Next HandOver(ISession session, ref ReadOnlySpan<byte> input, Output output)
    {
        connection.SwitchSession(session);
        if (isTlsFirst)
            return Next.StartTls;
        ReadOnlySpan<byte> nothing = default;
        Next next = session.Advance(ref nothing, output);
        return next == Next.Read && !input.IsEmpty ? session.Advance(ref input, output) : next;
    }
}
