using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// Reads the content of messages for a host that wants to read it itself: blocking, on the host's worker, while the
/// verdict on DATA is pending. The session's owner does nothing meanwhile. What is read goes to
/// <see cref="ISmtpBackend.Append"/> too.
/// </summary>
internal sealed class HostContentReader(SmtpSession session, ISmtpBackend backend, IBlockingPeer peer)
{
    /// <summary>Released when the backend takes content again.</summary>
    private readonly SemaphoreSlim _appendReady = new(0);
    private bool _isAppending;
    private bool _owesLf;

    /// <summary>Why <see cref="Read"/> gave -1: the rule that the content breaks, or what became of the connection.
    /// </summary>
    public Fault Fault => session.ContentFault switch
    {
        ContentFault.TooLarge => Fault.Limit,
        ContentFault.BareNewline or ContentFault.Nul or ContentFault.Looping => Fault.Protocol,
        _ => peer.WaitFault is not Fault.None and var fault ? fault : Fault.Closed,
    };

    /// <summary>
    /// Sends 354 at the first call for a message, then blocks until there is more of its content (CRLF lines,
    /// unstuffed). Fills the destination with at least one octet; 0 at the end, -1 on loss, expiry, or a rule that the
    /// content breaks.
    /// </summary>
    public int Read(Span<byte> destination)
    {
        if (destination.IsEmpty || !TryBegin())
            return -1;
        int length = 0;
        if (_owesLf)
        {
            destination[length++] = (byte)'\n';
            _owesLf = false;
        }
        while (length == 0 && !session.IsContentAtEnd)
        {
            if (!TryReadPiece(destination, ref length))
                return -1;
            if (length == 0 && session.ContentFault != ContentFault.None)
                return -1;
        }
        return length == 0 && session.ContentFault != ContentFault.None ? -1 : length;
    }

    private bool TryReadPiece(Span<byte> destination, ref int length)
    {
        if (session.IsBetweenChunks && (session.ContentFault != ContentFault.None || !TryBeginNextChunk()))
            return false;
        bool isRead = session.IsContentRead;
        ReadOnlySpan<byte> input = isRead ? [] : peer.WaitForInput();
        if (input.IsEmpty && !isRead)
            return false;
        int consumed = CopyContent(input, destination, ref length);
        peer.Consume(consumed);
        return true;
    }

    /// <summary>RFC 3030 §2: each chunk has a reply. False: none follows, be it that another command does.</summary>
    private bool TryBeginNextChunk()
    {
        if (TakenChunks.End(session) is { IsEmpty: false } reply && !peer.SendBlocking(reply))
            return false;
        for (int known = 0; ;)
        {
            ReadOnlySpan<byte> input = peer.WaitForInput(known);
            if (input.Length <= known)
                return false;
            known = input.Length;
            if (TakenChunks.TryBeginNext(session, ref input) is not { } isBegun)
                continue;
            peer.Consume(known - input.Length);
            return isBegun;
        }
    }

    /// <summary>The backend takes content again; false if the reader does not wait for that.</summary>
    public bool TryResume()
    {
        if (!_isAppending)
            return false;
        _appendReady.Release();
        return true;
    }

    private bool TryBegin()
    {
        if (session.HasContentBegun)
            return true;
        _owesLf = false;
        ReadOnlySpan<byte> invitation = session.BeginContent();
        return invitation.IsEmpty || peer.SendBlocking(invitation);
    }

    /// <summary>Fills the destination; returns the octets of input used up.</summary>
    private int CopyContent(ReadOnlySpan<byte> input, Span<byte> destination, ref int length)
    {
        ReadOnlySpan<byte> rest = input;
        do
        {
            // a piece gives no more content than it is long, except CRLF for a CR or LF
            ReadOnlySpan<byte> piece = rest[..Math.Min(rest.Length, destination.Length - length)];
            int before = piece.Length;
            if (session.TakeContent(ref piece, out ReadOnlySpan<byte> content))
                CopyToHost(content, destination, ref length);
            rest = rest[(before - piece.Length)..];
        }
        while (!rest.IsEmpty && length < destination.Length && !session.IsContentAtEnd && !session.IsBetweenChunks);
        return input.Length - rest.Length;
    }

    private void CopyToHost(ReadOnlySpan<byte> content, Span<byte> destination, ref int length)
    {
        AppendAndWait(content);
        int room = destination.Length - length;
        _owesLf = content.Length > room;
        ReadOnlySpan<byte> copied = _owesLf ? content[..room] : content;
        copied.CopyTo(destination[length..]);
        length += copied.Length;
    }

    private void AppendAndWait(ReadOnlySpan<byte> content)
    {
        _isAppending = true;
        if (!backend.Append(session, content))
            _appendReady.Wait();
        _isAppending = false;
    }
}
