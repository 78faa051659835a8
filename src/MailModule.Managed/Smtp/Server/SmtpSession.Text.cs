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
    private SemaphoreSlim? _hostTextGate;
    private bool _hostHasRead;
    private bool _hostIsReading;
    private bool _hostIsOwedLf;

    /// <summary>The sink below Append takes text again. Exactly once for each false it gave; any thread.</summary>
    public void ResumeText()
    {
        if (_hostIsReading)
            _hostTextGate!.Release();
        else
            _peer?.Resume();
    }

    /// <summary>
    /// For a worker while <see cref="ISmtpBackend.Data"/> is pending: sends 354 at the first call, then blocks for the next stretch of text (CRLF
    /// lines, unstuffed; at most <paramref name="destination"/>'s length), passing it to <see cref="ISmtpBackend.Append"/> too. 0 at the end, -1 on loss,
    /// expiry, or a rule broken by the text.
    /// </summary>
    public int ReadText(Span<byte> destination)
    {
        if (_underWay != UnderWay.Data || _peer is null || destination.IsEmpty || !BeginHostText(_peer))
            return -1;
        int length = 0;
        if (_hostIsOwedLf)
        {
            destination[length++] = (byte)'\n';
            _hostIsOwedLf = false;
        }
        while (length == 0 && !_transaction.AtEnd)
        {
            ReadOnlySpan<byte> input = _peer.WaitInput();
            if (input.IsEmpty)
                return -1;
            int consumed = CopyText(input, destination, ref length);
            _peer.Consume(consumed);
            if (length == 0 && _transaction.Fault != TextFault.None)
                return -1;
        }
        return length == 0 && _transaction.Fault != TextFault.None ? -1 : length;
    }

    /// <summary>Why <see cref="ReadText(Span{byte})"/> gave -1: the rule that the text broke, or what became of the connection.</summary>
    public Fault ReadFault => _transaction.Fault switch
    {
        TextFault.TooLarge => Fault.Limit,
        TextFault.BareNewline or TextFault.Looping => Fault.Protocol,
        _ => Connection is { WaitFault: not Fault.None and var fault } ? fault : Fault.Closed,
    };

    private bool BeginHostText(ISmtpPeer peer)
    {
        if (_hostHasRead)
            return true;
        _hostHasRead = true;
        _transaction.BeginText();
        return peer.SendNow(Replies.StartText354.Wire);
    }

    /// <summary>Fills the destination; returns the octets of input used up.</summary>
    private int CopyText(ReadOnlySpan<byte> input, Span<byte> destination, ref int length)
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

    private void GiveToHost(ReadOnlySpan<byte> text, Span<byte> destination, ref int length)
    {
        AppendAndWait(text);
        int room = destination.Length - length;
        _hostIsOwedLf = text.Length > room;
        ReadOnlySpan<byte> given = _hostIsOwedLf ? text[..room] : text;
        given.CopyTo(destination[length..]);
        length += given.Length;
    }

    private void AppendAndWait(ReadOnlySpan<byte> text)
    {
        _hostTextGate ??= new SemaphoreSlim(0);
        _hostIsReading = true;
        if (!_backend.Append(this, text))
            _hostTextGate.Wait();
        _hostIsReading = false;
    }

    private Next SettleData(bool isAccepted, Reply? reply, Output output)
    {
        bool hasRead = _hostHasRead;
        _hostHasRead = false;
        _hostIsOwedLf = false;
        if (!isAccepted && !hasRead)
        {
            Abandon();
            return Say(reply ?? Replies.TextRefused554, output);
        }
        if (!hasRead)
        {
            _transaction.BeginText();
            output.Write(Replies.StartText354.Wire);
        }
        if (!isAccepted)
            _transaction.Refusal = reply ?? Replies.TextRefused554;
        _underWay = UnderWay.Text;
        return Onward;
    }

    private Next ReadText(ref ReadOnlySpan<byte> input, Output output)
    {
        while (_transaction.TryRead(ref input, out ReadOnlySpan<byte> text))
            if (!_backend.Append(this, text))
                return Next.Wait;
        if (_transaction.AtEnd)
            return EndText(output);
        if (!_transaction.IsEndless)
            return Next.Read;
        Abandon();
        return CloseWith(Replies.TooLarge552, UnderWay.Text, output);
    }

    private Next EndText(Output output)
    {
        _underWay = UnderWay.Commands;
        Reply? refusal = _transaction.Fault switch
        {
            TextFault.None => _transaction.Refusal,
            TextFault.TooLarge => Replies.TooLarge552,
            TextFault.BareNewline => Replies.BareNewline550,
            _ => Replies.Looping554,
        };
        if (refusal is null)
            return Judge(UnderWay.EndOfData, output);
        Abandon();
        return Say(refusal, output);
    }

    private Next SettleEndOfData(bool isAccepted, Reply? reply, Output output)
    {
        if (!isAccepted)
        {
            Abandon();
            return Say(reply ?? Replies.TextRefused554, output);
        }
        EndTransaction();
        return SayAccepted(reply ?? Replies.MessageTaken250, output);
    }
}
