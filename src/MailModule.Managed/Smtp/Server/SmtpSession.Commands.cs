using System.Text;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>What the rows of <see cref="StateTable"/> and <see cref="Question"/> do with the session.</summary>
internal sealed partial class SmtpSession
{
    internal Next Greet(bool isAccepted, Reply? reply, Output output)
    {
        if (isAccepted && reply is null)
            Replies.Greeting220(output, Options);
        else
            output.Write((reply ?? Replies.NoService554).Wire);
        if (!isAccepted)
            _state = SmtpState.Refused;
        return Continue;
    }

    // RFC 5321 §4.1.4: a name that does not check out is no reason to refuse; what could break a line is
    internal static Reply? CheckHello(ReadOnlySpan<byte> name)
        => AddressGrammar.IsTextWithoutControls(name) ? null : Replies.BadHelo501;

    /// <param name="reply">What the backend says; null: the ordinary.</param>
    internal Next Hello(ReadOnlySpan<byte> name, bool isEhlo, Reply? reply, Output output)
    {
        Helo = Encoding.UTF8.GetString(name);
        SaidEhlo = isEhlo;
        // RFC 5321 §4.1.4: EHLO in a session resets as RSET does
        DiscardTransaction();
        _state = SmtpState.Ready;
        if (isEhlo)
            Replies.Ehlo250(output, this, reply);
        else
            Replies.Helo250(output, Options, reply?.Lines[0]);
        return Continue;
    }

    internal Reply? CannotStartTls()
    {
        if (IsTls)
            return Replies.TlsAlready503;
        return Options.OfferStartTls ? null : Replies.StartTlsOff502;
    }

    /// <summary>
    /// RFC 3207 §4.2: both sides forget everything said before. So the state is that of a new connection, and the login
    /// is void. What failed stays counted.
    /// </summary>
    internal Next StartTls(Output output)
    {
        output.Write(Replies.ReadyForTls220.Wire);
        Helo = "";
        SaidEhlo = false;
        _authentication.Forget();
        _state = SmtpState.Fresh;
        Peer.GotDone(isLoggedIn: false);
        return Next.StartTls;
    }

    /// <summary>
    /// Postfix's XCLIENT_README: from here on the session is the one of the client that is named, and begins anew with
    /// the greeting, or what there is in its place. TLS stays as it is.
    /// </summary>
    internal Next Xclient(ReadOnlySpan<byte> argument, Output output)
    {
        if (!XclientArgument.TryParse(argument, out XclientArgument given))
            return WriteReply(Replies.BadXclient501, output);
        var addresses = new GivenAddresses(
            XclientArgument.Over(Peer.RemoteEndPoint, given.Address, given.Port),
            XclientArgument.Over(Peer.LocalEndPoint, given.ServerAddress, given.ServerPort));
        if (Options.Xclient!(addresses.Client?.Address, out SmtpServerOptions options) is { } barred)
        {
            output.Write(barred);
            return CloseWith(null, output);
        }
        if (!Peer.TryActFor(addresses))
            return CloseWith(Replies.TooManyOfAddress421, output);
        Options = options;
        ClientName = given.Name switch { null => ClientName, "" => null, var name => name };
        Helo = given.Helo ?? "";
        SaidEhlo = given.IsExtended;
        _authentication.Vouch(string.IsNullOrEmpty(given.Login) ? null : given.Login);
        Peer.GotDone(isLoggedIn: AuthenticatedUser is not null);
        _state = SmtpState.Fresh;
        return Ask(Question.Connect, output);
    }

    /// <summary>The exchange of AUTH goes on with the client's next line.</summary>
    internal Next AwaitAuthLine()
    {
        _activity = Activity.Auth;
        return Continue;
    }

    private Next ReadAuthResponse(ref ReadOnlySpan<byte> input, Output output)
    {
        LineResult result = ReadLine(ref input, out ReadOnlySpan<byte> line);
        if (result == LineResult.Incomplete)
            return Next.Read;
        _activity = Activity.Commands;
        return result == LineResult.TooLong
            ? AuthCommand.EndExchange(this, Replies.AuthLineTooLong500, output)
            : AuthCommand.TakeLine(this, line, output);
    }

    internal Reply? ReadMail(ReadOnlySpan<byte> argument)
    {
        PathFault fault = MailArgument.TryParse(argument, out MailArgument mail);
        if (fault == PathFault.Address && BareSender.Complete(argument, Options.SenderDomain) is { } whole)
            fault = MailArgument.TryParse(whole, out mail);
        if (fault != PathFault.None)
            return Refusals.OfSender(fault);
        if ((mail.Hold is not null && !EhloExtension.FutureRelease.IsOfferedBy(this))
            || (mail.DeliverBy is not null && !EhloExtension.DeliverBy.IsOfferedBy(this)))
            return Replies.UnknownParameter555;
        // RFC 1870 §6.1 (1): refused at once when what is declared is beyond the limit
        if (Options.SizeLimit > 0 && mail.Size > Options.SizeLimit)
            return Replies.TooLarge552;
        Transaction.Begin(mail.Size, new Envelope
        {
            ReversePath = mail.ReversePath,
            Helo = Helo,
            Client = RemoteEndPoint,
            AuthenticatedUser = AuthenticatedUser,
            EightBit = mail.EightBit,
            Utf8 = mail.Utf8,
            Return = mail.Return,
            EnvelopeId = mail.EnvelopeId,
            Hold = mail.Hold,
            DeliverBy = mail.DeliverBy,
            Submitter = mail.Submitter,
        });
        return null;
    }

    internal Reply? ReadRcpt(ReadOnlySpan<byte> argument)
    {
        PathFault fault = Transaction.ParseRcpt(argument);
        if (fault != PathFault.None)
            return Refusals.OfRecipient(fault);
        // RFC 5321 §4.5.3.1.10: 452, so that the client sends the rest in another transaction
        if (Envelope.Recipients.Count >= Options.Limits.Recipients || Transaction.IsEnvelopeFull)
            return Replies.TooManyRecipients452;
        return TryHold(octetsOfContent: 0) ? null : Replies.NoMemory452;
    }

    internal Next Reset(Reply reply, Output output)
    {
        DiscardTransaction();
        return WriteReply(reply, output);
    }

    internal static Next Quit(Output output)
    {
        output.Write(Replies.Bye221.Wire);
        return Next.Close;
    }

    /// <summary>Ends the transaction; its message is taken.</summary>
    internal void CompleteTransaction()
    {
        EndTransaction();
        Peer.GotDone(isLoggedIn: AuthenticatedUser is not null);
    }

    /// <summary>Ends the transaction, if there is one; its message is not taken.</summary>
    internal void DiscardTransaction()
    {
        if (!IsInTransaction)
            return;
        Backend.Discard(this);
        _state = SmtpState.Ready;
        EndTransaction();
    }

    internal void EndTransaction()
    {
        Transaction.End();
        Peer.TryHold(0);
    }

    internal Next BeginOrRefuseContent(bool isAccepted, Reply? reply, Output output)
    {
        bool hasRead = Transaction.HasContentBegun;
        if (!isAccepted && !hasRead)
        {
            DiscardTransaction();
            return WriteVerdict(reply ?? Replies.MessageRefused554, output);
        }
        if (!hasRead)
        {
            Transaction.BeginContent();
            Peer.Expect(Expected.Content);
            output.Write((isAccepted && reply is not null ? reply : Replies.StartMailInput354).Wire);
        }
        if (!isAccepted)
            Transaction.Refusal = reply ?? Replies.MessageRefused554;
        _activity = Activity.Content;
        return Continue;
    }

    // Content that breaks a rule or was refused is read to its end, so that client and server agree on where the next
    // command begins, and refused there.
    private Next ReceiveContent(ref ReadOnlySpan<byte> input, Output output)
    {
        while (!Transaction.IsCut && Transaction.TryRead(ref input, out ReadOnlySpan<byte> content))
            if (!Backend.Append(this, content))
                return Next.Wait;
        if (Transaction.IsCut)
            return CloseWith(Transaction.Refusal, output);
        if (Transaction.IsEndless && (Transaction.IsChunked || !Transaction.AtEnd))
            return CloseWith(Replies.TooLarge552, output);
        if (Transaction.AtEnd)
            return EndContent(output);
        return Transaction.IsBetweenChunks ? EndChunk(output) : Next.Read;
    }

    private Next EndContent(Output output)
    {
        _activity = Activity.Commands;
        Peer.Expect(Expected.Command);
        Transaction.EndChunk(hasFailed: false);
        return Refusals.Of(Transaction) is { } refusal
            ? EndMessage(isAccepted: false, refusal, output)
            : Ask(Question.EndOfData, output);
    }

    internal Next EndMessage(bool isAccepted, Reply? reply, Output output)
    {
        RecipientReplies? replies = Transaction.Replies;
        if (isAccepted)
            reply = Transaction.Acceptance ?? reply;
        if (isAccepted)
            CompleteTransaction();
        else
            DiscardTransaction();
        reply ??= isAccepted ? Replies.MessageAccepted250 : Replies.MessageRefused554;
        // a chunk without a transaction has no recipients, but its reply
        if (replies is not { Count: > 0 } || IsClosing(reply))
            return WriteVerdict(reply, output);
        replies.Write(reply, output);
        return Continue;
    }

    internal Next BeginChunk(ReadOnlySpan<byte> argument, Output output)
    {
        Chunk.TryParse(argument, out Chunk chunk, out _);
        Transaction.BeginChunk(chunk);
        return _state == SmtpState.Chunks ? ExpectContent() : AskOfRule(output);
    }

    /// <summary>RFC 3030 §2: the octets of a chunk that is refused follow all the same, and are thrown away.</summary>
    internal Next RefuseChunk(ReadOnlySpan<byte> argument, Reply refusal, Output output)
    {
        // Where nobody knows where the next command begins, content would be read as commands.
        if (!Chunk.TryParse(argument, out Chunk chunk, out _))
            return CloseWith(refusal, output);
        // The chunks behind one that failed were sent before the client could know.
        bool isOnItsWay = Transaction.HasChunkFailed && !chunk.IsAtEnd;
        if (!isOnItsWay && IsOneTooMany(refusal))
            return CloseWith(Replies.TooManyErrors421, output);
        Transaction.BeginChunk(chunk);
        Transaction.RefuseChunk(refusal);
        return ExpectContent();
    }

    internal Next BeginOrRefuseChunks(bool isAccepted, Reply? reply, Output output)
    {
        _state = SmtpState.Chunks;
        if (!Transaction.HasContentBegun)
            Transaction.BeginContent();
        if (!isAccepted)
            Transaction.Refusal = reply ?? Replies.MessageRefused554;
        return Transaction.OwesChunkReply ? ExpectContent() : Continue;
    }

    private Next ExpectContent()
    {
        _activity = Activity.Content;
        Peer.Expect(Expected.Content);
        return Continue;
    }

    private Next EndChunk(Output output)
    {
        _activity = Activity.Commands;
        Peer.Expect(Expected.Command);
        Reply? refusal = Refusals.Of(Transaction);
        Transaction.EndChunk(hasFailed: refusal is not null && (_state & SmtpState.Transaction) != 0);
        if (refusal is not null)
            DiscardTransaction();
        return WriteVerdict(refusal ?? Replies.ChunkTaken250, output);
    }
}
