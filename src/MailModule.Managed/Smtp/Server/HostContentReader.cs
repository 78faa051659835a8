using MailModule.Primitives;

namespace MailModule.Smtp.Server;

/// <summary>
/// Reads the content of a message for a host that wants to read it itself: blocking, on the host's worker, while the
/// verdict on DATA is pending. The session's owner does nothing meanwhile. What is read goes to
/// <see cref="ISmtpBackend.Append"/> too.
/// </summary>
internal sealed class HostContentReader(
    SmtpSession session, ISmtpBackend backend, ISmtpPeer peer, SmtpTransaction transaction)
{
    /// <summary>Released when the backend takes content again.</summary>
    private readonly SemaphoreSlim _appendReady = new(0);
    private bool _hasBegun;
    private bool _isAppending;
    private bool _owesLf;

    /// <summary>
    /// Fills the destination with at least one octet; 0 at the end, -1 on loss, expiry, or a rule that the content
    /// breaks.
    /// </summary>
    public int Read(Span<byte> destination)
    {
        if (!TryBegin())
            return -1;
        int length = 0;
        if (_owesLf)
        {
            destination[length++] = (byte)'\n';
            _owesLf = false;
        }
        while (length == 0 && !transaction.AtEnd)
        {
            ReadOnlySpan<byte> input = peer.WaitForInput();
            if (input.IsEmpty)
                return -1;
            int consumed = CopyContent(input, destination, ref length);
            peer.Consume(consumed);
            if (length == 0 && transaction.Fault != ContentFault.None)
                return -1;
        }
        return length == 0 && transaction.Fault != ContentFault.None ? -1 : length;
    }

    /// <summary>The backend takes content again; false if the reader does not wait for that.</summary>
    public bool TryResume()
    {
        if (!_isAppending)
            return false;
        _appendReady.Release();
        return true;
    }

    /// <summary>The verdict on DATA is there; true if the host has read, and 354 is out.</summary>
    public bool End()
    {
        bool hasBegun = _hasBegun;
        _hasBegun = _owesLf = false;
        return hasBegun;
    }

    private bool TryBegin()
    {
        if (_hasBegun)
            return true;
        _hasBegun = true;
        transaction.BeginContent();
        return peer.SendBlocking(Replies.StartMailInput354.Wire);
    }

    /// <summary>Fills the destination; returns the octets of input used up.</summary>
    private int CopyContent(ReadOnlySpan<byte> input, Span<byte> destination, ref int length)
    {
        ReadOnlySpan<byte> rest = input;
        while (!rest.IsEmpty && length < destination.Length && !transaction.AtEnd)
        {
            // a piece gives no more content than it is long, except CRLF for a CR or LF
            ReadOnlySpan<byte> piece = rest[..Math.Min(rest.Length, destination.Length - length)];
            int before = piece.Length;
            if (transaction.TryRead(ref piece, out ReadOnlySpan<byte> content))
                CopyToHost(content, destination, ref length);
            rest = rest[(before - piece.Length)..];
        }
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
