using System.Buffers;
using System.Globalization;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>
/// The client side of SMTP on one connection, as a pure machine. Commands that are out and wait for their reply stand in a queue, so that pipelining
/// (RFC 2920) and lock step are the same code: in lock step the queue holds one.
/// </summary>
public sealed class SmtpClientSession : ISession
{
    /// <summary>Recipients in one pipelined group: bounded, so that neither side fills the other's window while it writes (RFC 2920 §3.1).</summary>
    private const int GroupLimit = 100;
    private const int PieceLength = 64 * 1024;

    private enum Await : byte
    {
        Greeting,
        Ehlo,
        Helo,
        StartTls,
        Mail,
        Rcpt,
        Data,
        Verdict,
        /// <summary>The reply to a dot that ends nothing: DATA was granted though no recipient was.</summary>
        EmptyVerdict,
        Rset,
        Quit,
    }

    private enum Mode : byte
    {
        Dialogue,
        Handshake,
        Text,
        Ended,
    }

    private readonly SmtpClientOptions _options;
    private readonly ISmtpClientOwner _owner;
    private readonly ReplyReader _replies = new();
    private readonly Queue<(Await What, int Recipient)> _awaited = new();
    private readonly Action _textReady;
    private SmtpTransaction? _transaction;
    private DotWriter _dots;
    private Mode _mode = Mode.Dialogue;
    private int _nextRecipient;
    private bool _mailRefused;
    private bool _needsReset;
    private Fault _fault;
    private Reply? _lastWords;

    public SmtpClientSession(SmtpClientOptions options, ISmtpClientOwner owner, Connection? connection)
    {
        _options = options;
        _owner = owner;
        Connection = connection;
        _textReady = () => Connection?.Resume();
        _awaited.Enqueue((Await.Greeting, -1));
    }

    /// <summary>The connection below; null in tests over memory.</summary>
    public Connection? Connection { get; }
    public ServerExtensions Extensions { get; private set; } = ServerExtensions.None;

    /// <summary>TLS runs on this connection.</summary>
    public bool IsTls { get; private set; }

    /// <summary>A TLS handshake was begun; if the connection ends before <see cref="IsTls"/>, it has failed.</summary>
    public bool TriedTls { get; private set; }

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        if (_mode == Mode.Handshake)
            BeginAgain(output);
        while (true)
        {
            if (_mode == Mode.Text && input.IsEmpty)
                return WriteText(output);
            switch (_replies.Read(ref input, out Reply reply))
            {
                case ReplyResult.Incomplete:
                    return _mode == Mode.Text ? WriteText(output) : Next.Read;
                case ReplyResult.Malformed:
                    return Break(Fault.Protocol, null);
            }
            Take(reply, output);
            if (_mode == Mode.Ended)
                return Next.Close;
            if (_mode == Mode.Handshake)
                return Next.StartTls;
        }
    }

    public void Expire(ExpiryReason reason, Output output) => Break(reason == ExpiryReason.Idle ? Fault.Timeout : Fault.Cancelled, null);

    public void Closed()
    {
        if (_mode != Mode.Ended)
            Break(ReasonOfLoss(), null);
        _owner.Ended(this, _fault, _lastWords);
    }

    private Fault ReasonOfLoss()
    {
        // After QUIT there is nothing to lose: a server that closes instead of answering 221 is as good.
        if (_awaited.TryPeek(out (Await What, int) awaited) && awaited.What == Await.Quit)
            return Fault.None;
        if (TriedTls && !IsTls)
            return Fault.Tls;
        return Connection is { Fault: not Fault.None } connection ? connection.Fault : Fault.Closed;
    }

    private Next Break(Fault fault, Reply? reply)
    {
        if (_mode == Mode.Ended)
            return Next.Close;
        _mode = Mode.Ended;
        _fault = fault;
        _lastWords = reply;
        if (_transaction is { } transaction)
        {
            _transaction = null;
            transaction.FailRest(fault, reply);
            _owner.Completed(transaction);
        }
        return Next.Close;
    }

    private void Take(Reply reply, Output output)
    {
        // A server that speaks without being asked (421 on its way down, or a refusal in the middle of the text) has ended the dialogue.
        if (_mode == Mode.Text || _awaited.Count == 0)
        {
            Break(reply.IsPositive ? Fault.Protocol : FaultOf(reply), reply);
            return;
        }
        (Await what, int recipient) = _awaited.Dequeue();
        // RFC 5321 §3.8: 421 may answer any command; the server closes.
        if (reply.Code == 421 && what is not Await.Quit)
            Break(Fault.RefusedForNow, reply);
        else
            Answer(what, recipient, reply, output);
    }

    private void Answer(Await what, int recipient, Reply reply, Output output)
    {
        switch (what)
        {
            case Await.Greeting:
                AnswerGreeting(reply, output);
                break;
            case Await.Ehlo:
                AnswerEhlo(reply, output);
                break;
            case Await.Helo:
                AnswerHelo(reply, output);
                break;
            case Await.StartTls:
                AnswerStartTls(reply, output);
                break;
            case Await.Mail:
                AnswerMail(reply, output);
                break;
            case Await.Rcpt:
                AnswerRcpt(recipient, reply, output);
                break;
            case Await.Data:
                AnswerData(reply, output);
                break;
            case Await.Verdict:
                _transaction!.AwaitsVerdict = false;
                _transaction.Judge(reply);
                _needsReset = false;
                Complete(output);
                break;
            case Await.EmptyVerdict:
                Complete(output);
                break;
            case Await.Rset:
                _needsReset = false;
                BeginTransaction(output);
                break;
            case Await.Quit:
                _mode = Mode.Ended;
                break;
        }
    }

    private void AnswerGreeting(Reply reply, Output output)
    {
        if (reply.Code == 220)
            Say(output, "EHLO ", _options.HostName, Await.Ehlo);
        else
            Break(FaultOf(reply), reply);
    }

    private void AnswerEhlo(Reply reply, Output output)
    {
        if (reply.Code / 100 == 2)
        {
            Extensions = new ServerExtensions(reply.Lines.Skip(1));
            Secure(output);
        }
        // RFC 5321 §3.2: a server that does not know EHLO is greeted with HELO
        else if (!reply.IsTemporary)
            Say(output, "HELO ", _options.HostName, Await.Helo);
        else
            Break(Fault.RefusedForNow, reply);
    }

    private void AnswerHelo(Reply reply, Output output)
    {
        if (reply.Code / 100 == 2)
            Secure(output);
        else
            Break(FaultOf(reply), reply);
    }

    private void Secure(Output output)
    {
        if (IsTls || _options.StartTls == StartTlsUse.Never)
            Ready(output);
        else if (Extensions.StartTls)
            Say(output, "STARTTLS", "", Await.StartTls);
        else if (_options.StartTls == StartTlsUse.Required)
            Break(Fault.Tls, null);
        else
            Ready(output);
    }

    private void AnswerStartTls(Reply reply, Output output)
    {
        if (reply.Code == 220)
        {
            _mode = Mode.Handshake;
            TriedTls = true;
        }
        else if (_options.StartTls == StartTlsUse.Required)
            Break(Fault.Tls, reply);
        else
            Ready(output);
    }

    // RFC 3207 §4.2: what was said before TLS does not count.
    private void BeginAgain(Output output)
    {
        _mode = Mode.Dialogue;
        IsTls = true;
        Extensions = ServerExtensions.None;
        Say(output, "EHLO ", _options.HostName, Await.Ehlo);
    }

    private void Ready(Output output)
    {
        _transaction = _owner.NextTransaction(this);
        if (_transaction is null)
            Say(output, "QUIT", "", Await.Quit);
        else if (_needsReset)
            Say(output, "RSET", "", Await.Rset);
        else
            BeginTransaction(output);
    }

    private void BeginTransaction(Output output)
    {
        _nextRecipient = 0;
        _mailRefused = false;
        RefuseWhatCannotGo(_transaction!);
        if (!_transaction!.Recipients.Any(recipient => !recipient.IsFinal))
        {
            Complete(output);
            return;
        }
        _needsReset = true;
        WriteMail(output);
        if (Extensions.Pipelining)
            WriteGroup(output);
    }

    // Refusals that need no round trip: the server has said what it takes.
    private void RefuseWhatCannotGo(SmtpTransaction transaction)
    {
        if (Extensions.SizeLimit > 0 && transaction.Source.WireLength > Extensions.SizeLimit)
            transaction.FailRest(Fault.Limit);
        // RFC 6531 §3.1: an address outside ASCII needs a server that takes it
        if (Extensions.Utf8)
            return;
        if (transaction.ReversePath.NeedsUtf8)
            transaction.FailRest(Fault.NotSupported);
        foreach (RecipientResult recipient in transaction.Recipients)
            if (recipient.Address.NeedsUtf8 && !recipient.IsFinal)
                recipient.Fail(Fault.NotSupported);
    }

    private void WriteMail(Output output)
    {
        output.Write("MAIL FROM:<");
        output.Write(_transaction!.ReversePath.Text);
        output.Write(">");
        if (Extensions.Size)
            output.Write(" SIZE=" + _transaction.Source.WireLength.ToString(CultureInfo.InvariantCulture));
        if (Extensions.EightBitMime && _transaction.Source.IsEightBit)
            output.Write(" BODY=8BITMIME");
        if (Extensions.Utf8 && (_transaction.ReversePath.NeedsUtf8 || _transaction.Recipients.Any(recipient => recipient.Address.NeedsUtf8)))
            output.Write(" SMTPUTF8");
        output.Write("\r\n");
        _awaited.Enqueue((Await.Mail, -1));
    }

    // RFC 2920 §3.1: MAIL, RCPT and DATA may leave in one write; DATA is the last of its group.
    private void WriteGroup(Output output)
    {
        for (int i = 0; i < GroupLimit && TryWriteRcpt(output); i++)
        {
        }
        if (NextWaiting() < 0)
            WriteData(output);
    }

    private bool TryWriteRcpt(Output output)
    {
        int index = NextWaiting();
        if (index < 0)
            return false;
        _nextRecipient = index + 1;
        output.Write("RCPT TO:<");
        output.Write(_transaction!.Recipients[index].Address.Text);
        output.Write(">\r\n");
        _awaited.Enqueue((Await.Rcpt, index));
        return true;
    }

    private int NextWaiting()
    {
        IReadOnlyList<RecipientResult> recipients = _transaction!.Recipients;
        int index = _nextRecipient;
        while (index < recipients.Count && recipients[index].IsFinal)
            index++;
        return index < recipients.Count ? index : -1;
    }

    private void WriteData(Output output) => Say(output, "DATA", "", Await.Data);

    private void AnswerMail(Reply reply, Output output)
    {
        if (reply.Code / 100 != 2)
        {
            _mailRefused = true;
            if (reply.IsPositive)
                _transaction!.FailRest(Fault.Protocol, reply);
            else
                _transaction!.Judge(reply);
        }
        GoOn(output);
    }

    private void AnswerRcpt(int index, Reply reply, Output output)
    {
        RecipientResult recipient = _transaction!.Recipients[index];
        // RFC 5321 §3.3, §4.3.2: 250, 251 and 252 all take the recipient; after a refused MAIL the answers to pipelined RCPTs mean nothing
        if (recipient.State == RecipientState.Waiting && !_mailRefused)
        {
            if (reply.Code / 100 == 2)
                recipient.Accept();
            else
                recipient.Refuse(reply);
        }
        GoOn(output);
    }

    // After the reply to MAIL or RCPT: the next command in lock step, the next group when pipelining, or the end if nobody is left.
    private void GoOn(Output output)
    {
        if (_awaited.Count > 0)
            return;
        if (_mailRefused)
            Complete(output);
        else if (NextWaiting() >= 0 && Extensions.Pipelining)
            WriteGroup(output);
        else if (TryWriteRcpt(output))
            return;
        else if (_transaction!.HasAccepted)
            WriteData(output);
        else
            Complete(output);
    }

    private void AnswerData(Reply reply, Output output)
    {
        bool granted = reply.Code == 354;
        if (granted && _transaction!.HasAccepted)
        {
            _mode = Mode.Text;
            _dots = default;
            _owner.Sending(_transaction);
        }
        else if (granted)
        {
            // RFC 2920 §3.1: granted though every recipient was refused; the empty text is ended at once
            output.Write(".\r\n");
            _awaited.Enqueue((Await.EmptyVerdict, -1));
        }
        else
        {
            if (_transaction!.HasAccepted)
                RefuseAccepted(reply);
            Complete(output);
        }
    }

    private void RefuseAccepted(Reply reply)
    {
        foreach (RecipientResult recipient in _transaction!.Recipients)
            if (recipient.State == RecipientState.Accepted)
                recipient.Refuse(reply);
    }

    private Next WriteText(Output output)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength / 2);
        try
        {
            while (output.Length < PieceLength)
            {
                if (!_transaction!.Source.TryRead(piece, _textReady, out int count))
                    return Next.Wait;
                if (count < 0)
                    return Break(Fault.Io, null);
                if (count == 0)
                    return EndText(output);
                _transaction.Sent += count;
                WritePiece(piece.AsSpan(0, count), output);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
        _owner.Sending(_transaction!);
        return Next.Write;
    }

    private void WritePiece(ReadOnlySpan<byte> piece, Output output)
    {
        while (!piece.IsEmpty)
        {
            _dots.Write(piece, output.GetSpan(Math.Min(2 * piece.Length, PieceLength)), out int consumed, out int written);
            output.Advance(written);
            piece = piece[consumed..];
        }
    }

    private Next EndText(Output output)
    {
        output.Advance(_dots.Finish(output.GetSpan(5)));
        _owner.Sending(_transaction!);
        _mode = Mode.Dialogue;
        _transaction!.AwaitsVerdict = true;
        _awaited.Enqueue((Await.Verdict, -1));
        return Next.Read;
    }

    private void Complete(Output output)
    {
        SmtpTransaction transaction = _transaction!;
        _transaction = null;
        _owner.Completed(transaction);
        Ready(output);
    }

    private void Say(Output output, string verb, string argument, Await reply)
    {
        output.Write(verb);
        output.Write(argument);
        output.Write("\r\n");
        _awaited.Enqueue((reply, -1));
    }

    private static Fault FaultOf(Reply reply) => reply.IsTemporary ? Fault.RefusedForNow : reply.IsPositive ? Fault.Protocol : Fault.Refused;
}
