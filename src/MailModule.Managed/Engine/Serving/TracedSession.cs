using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// A server's session whose dialogue is told (<c>detail</c>). The session below gets what the client has sent line by
/// line, or a chunk of content at most, so that each answer is known to be that to one command, however many came at
/// once: what is a secret, or content, depends on the answer before it. Where the session waits for something else than
/// input, it is asked without any first.
/// </summary>
internal sealed class TracedSession(ISession session, ServerTrace trace) : ISession
{
    private bool _reads;

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        int length = 0;
        while (true)
        {
            length = _reads ? trace.PieceOf(input, length) : 0;
            bool isAll = length == input.Length;
            Next next = Give(ref input, length, output, out int consumed);
            _reads = next == Next.Read;
            if (!_reads || input.IsEmpty || (isAll && consumed == 0))
                return next;
            if (consumed > 0)
                length = 0;
        }
    }

    public void Expire(ExpiryReason reason, Output output)
    {
        int before = output.Length;
        session.Expire(reason, output);
        trace.FromServer(output.Written[before..]);
    }

    public bool PeerReset() => session.PeerReset();

    public void Closed()
    {
        session.Closed();
        trace.Closed();
    }

    private Next Give(ref ReadOnlySpan<byte> input, int length, Output output, out int consumed)
    {
        ReadOnlySpan<byte> piece = input[..length];
        int before = output.Length;
        Next next = session.Advance(ref piece, output);
        consumed = length - piece.Length;
        trace.FromClient(input[..consumed]);
        trace.FromServer(output.Written[before..]);
        input = input[consumed..];
        return next;
    }
}
