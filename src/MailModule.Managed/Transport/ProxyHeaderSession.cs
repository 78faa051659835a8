using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// The session of a connection from a proxy until its header has come; then the real one takes its place, which knows
/// the client and not the proxy. Whatever else comes is the end of the connection, without a word.
/// </summary>
/// <param name="takeOver">Makes the real session; null: the client is refused with the octets.</param>
internal sealed class ProxyHeaderSession(
    Connection connection, Log log, bool isTlsFirst,
    Func<ProxyHeader, (ISession? Session, ReadOnlyMemory<byte> Refusal)> takeOver) : ISession
{
    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        ProxyHeaderState state = ProxyHeader.TryRead(input, out ProxyHeader header);
        if (state == ProxyHeaderState.Incomplete)
            return Next.Read;
        if (state == ProxyHeaderState.Complete)
        {
            input = input[header.Length..];
            (ISession? session, ReadOnlyMemory<byte> refusal) = takeOver(header);
            return HandOver(session, refusal, ref input, output);
        }
        input = default;
        Tell("what it sent first is no PROXY header");
        return Next.Close;
    }

    public void Expire(ExpiryReason reason, Output output)
    {
        if (reason != ExpiryReason.Stopping)
            Tell("it sent no PROXY header in time");
    }

    public void Closed()
    {
    }

    // As if it had been the connection's from the first: a call without input, then what the client has said already,
    // which under TLS are records.
    private Next HandOver(
        ISession? session, ReadOnlyMemory<byte> refusal, ref ReadOnlySpan<byte> input, Output output)
    {
        if (session is null)
        {
            input = default;
            if (!isTlsFirst)
                output.Write(refusal.Span);
            return Next.Close;
        }
        connection.SwitchSession(session);
        if (isTlsFirst)
            return Next.BeginTls;
        ReadOnlySpan<byte> nothing = default;
        Next next = session.Advance(ref nothing, output);
        return next == Next.Read && !input.IsEmpty ? session.Advance(ref input, output) : next;
    }

    private void Tell(string what)
        => log.Write(LogLevel.Warning, "transport", $"proxy {connection.TransportEndPoint}: {what}, closed");
}
