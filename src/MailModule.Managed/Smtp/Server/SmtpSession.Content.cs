using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>
/// The text of a message: from DATA to the reply after the final dot. A text that breaks a rule or was refused is read to its end, so that client and
/// server agree on where the next command begins, and refused there.
/// </summary>
public sealed partial class SmtpSession
{
    /// <summary>Set while a host reads on a worker; the session's owner is away then.</summary>
    private SemaphoreSlim? _appendReady;
    private bool _hostHasRead;
    private bool _hostIsReading;
    private bool _hostIsOwedLf;

    /// <summary>The sink below Append takes text again. Exactly once for each false it gave; any thread.</summary>
    public void ResumeContent()
    {
        if (_hostIsReading)
            _appendReady!.Release();
        else
            _peer?.Resume();
    }

    /// <summary>
    /// For a worker while <see cref="ISmtpBackend.Data"/> is pending: sends 354 at the first call, then blocks for the next stretch of text (CRLF
    /// lines, unstuffed; at most <paramref name="destination"/>'s length), passing it to <see cref="ISmtpBackend.Append"/> too. 0 at the end, -1 on loss,
    /// expiry, or a rule broken by the text.
    /// </summary>
    public int ReadContent(Span<byte> destination)
    {
        if (_activity != Activity.Data || _peer is null || destination.IsEmpty || !BeginHostContent(_peer))
            return -1;
        int length = 0;
        if (_hostIsOwedLf)
        {
            destination[length++] = (byte)'\n';
            _hostIsOwedLf = false;
        }
        while (length == 0 && !_transaction.AtEnd)
        {
            ReadOnlySpan<byte> input = _peer.WaitForInput();
            if (input.IsEmpty)
                return -1;
            int consumed = CopyContent(input, destination, ref length);
            _peer.Consume(consumed);
            if (length == 0 && _transaction.Fault != ContentFault.None)
                return -1;
        }
        return length == 0 && _transaction.Fault != ContentFault.None ? -1 : length;
    }

    /// <summary>Why <see cref="ReadContent(Span{byte})"/> gave -1: the rule that the text broke, or what became of the connection.</summary>
    public Fault ReadFault => _transaction.Fault switch
    {
        ContentFault.TooLarge => Fault.Limit,
        ContentFault.BareNewline or ContentFault.Looping => Fault.Protocol,
        _ => Connection is { WaitFault: not Fault.None and var fault } ? fault : Fault.Closed,
    };

    private bool BeginHostContent(ISmtpPeer peer)
    {
        if (_hostHasRead)
            return true;
        _hostHasRead = true;
        _transaction.BeginContent();
        return peer.SendBlocking(Replies.StartMailInput354.Wire);
    }

    /// <summary>Fills the destination; returns the octets of input used up.</summary>
    private int CopyContent(ReadOnlySpan<byte> input, Span<byte> destination, ref int length)
    {
        ReadOnlySpan<byte> rest = input;
        while (!rest.IsEmpty && length < destination.Length && !_transaction.AtEnd)
        {
            // a piece gives no more text than it is long, except CRLF for a CR or LF
            ReadOnlySpan<byte> piece = rest[..Math.Min(rest.Length, destination.Length - length)];
            int before = piece.Length;
            if (_transaction.TryRead(ref piece, out ReadOnlySpan<byte> text))
                GiveToHost(text, destination, ref length);
            rest = rest[(before - piece.Length)..];
        }
        return input.Length - rest.Length;
    }

    private void GiveToHost(ReadOnlySpan<byte> content, Span<byte> destination, ref int length)
    {
        AppendAndWait(content);
        int room = destination.Length - length;
        _hostIsOwedLf = content.Length > room;
        ReadOnlySpan<byte> given = _hostIsOwedLf ? content[..room] : content;
        given.CopyTo(destination[length..]);
        length += given.Length;
    }

    private void AppendAndWait(ReadOnlySpan<byte> content)
    {
        _appendReady ??= new SemaphoreSlim(0);
        _hostIsReading = true;
        if (!_backend.Append(this, content))
            _appendReady.Wait();
        _hostIsReading = false;
    }

    private Next OnDataVerdict(bool isAccepted, Reply? reply, Output output)
    {
        bool hasRead = _hostHasRead;
        _hostHasRead = false;
        _hostIsOwedLf = false;
        if (!isAccepted && !hasRead)
        {
            DiscardTransaction();
            return WriteReply(reply ?? Replies.MessageRefused554, output);
        }
        if (!hasRead)
        {
            _transaction.BeginContent();
            output.Write(Replies.StartMailInput354.Wire);
        }
        if (!isAccepted)
            _transaction.Refusal = reply ?? Replies.MessageRefused554;
        _activity = Activity.Content;
        return Continue;
    }

    private Next ReadContent(ref ReadOnlySpan<byte> input, Output output)
    {
        while (_transaction.TryRead(ref input, out ReadOnlySpan<byte> text))
            if (!_backend.Append(this, text))
                return Next.Wait;
        if (_transaction.AtEnd)
            return EndContent(output);
        if (!_transaction.IsEndless)
            return Next.Read;
        DiscardTransaction();
        return CloseWith(Replies.TooLarge552, Activity.Content, output);
    }

    private Next EndContent(Output output)
    {
        _activity = Activity.Commands;
        Reply? refusal = _transaction.Fault switch
        {
            ContentFault.None => _transaction.Refusal,
            ContentFault.TooLarge => Replies.TooLarge552,
            ContentFault.BareNewline => Replies.BareNewline550,
            _ => Replies.Looping554,
        };
        if (refusal is null)
            return Ask(Activity.EndOfData, output);
        DiscardTransaction();
        return WriteReply(refusal, output);
    }

    private Next OnEndOfDataVerdict(bool isAccepted, Reply? reply, Output output)
    {
        if (!isAccepted)
        {
            DiscardTransaction();
            return WriteReply(reply ?? Replies.MessageRefused554, output);
        }
        EndTransaction();
        return WriteAccepted(reply ?? Replies.MessageAccepted250, output);
    }
}
