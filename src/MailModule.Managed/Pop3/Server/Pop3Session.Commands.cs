using System.Text;
using MailModule.Mail.Logins.Server;
using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>
/// The AUTHORIZATION state (RFC 1939 §4: USER, PASS, STLS, UTF8), the TRANSACTION state (§5, and TOP of §7) and the
/// UPDATE state (§6): each verb's handler, and what follows from the verdict on it.
/// </summary>
internal sealed partial class Pop3Session
{
    /// <summary>What <see cref="IPop3Backend.Read"/> gives when <see cref="AnswerRead"/> will tell.</summary>
    private const int ReadIsPending = -2;

    /// <summary>Memory for what is known of a message, and its mark.</summary>
    private const long OctetsOfMessage = 96;

    internal bool PasswordAllowed => IsTls || Options.PlainAuthWithoutTls;

    internal Pop3Verdict AskConnect() => _backend.Connect(this);

    internal Next OnConnectVerdict(Pop3Verdict verdict, Output output)
    {
        if (verdict.Kind != Pop3VerdictKind.Accept)
        {
            Pop3Replies.Negative(output, verdict.Text ?? Pop3Replies.NotServed);
            return Next.Close;
        }
        _login.Stamp = Options.NewStamp?.Invoke();
        Pop3Replies.Greeting(output, verdict.Text ?? Options.Greeting, _login.Stamp);
        return Continue;
    }

    internal Pop3Verdict AskCommand(Pop3Asked what) => _backend.Command(this, what);

    internal Next OnUnknownVerdict(Pop3Verdict verdict, Output output)
    {
        if (verdict.Kind == Pop3VerdictKind.Accept)
            return Done(verdict, Pop3Replies.Ok, output);
        if (IsOneTooMany(output))
            return Next.Close;
        return Refuse(verdict, Pop3Replies.NoSuchCommand, output);
    }

    private static Next Done(Pop3Verdict verdict, ReadOnlySpan<byte> ordinary, Output output)
    {
        if (verdict.Text is not { } text)
            return WriteReply(output, ordinary);
        Pop3Replies.Positive(output, text);
        return Continue;
    }

    // Every name is answered alike: only PASS tells, and it tells nothing about which of the two was wrong.
    internal Next TakeUser(ReadOnlySpan<byte> name, Output output)
    {
        if (!PasswordAllowed)
            return Reject(output, Pop3Replies.TlsFirst);
        name = name.Trim((byte)' ');
        if (!Pop3Argument.IsName(name))
            return Reject(output, Pop3Replies.BadArgument);
        _login.User = Encoding.UTF8.GetString(name);
        return WriteReply(output, Pop3Replies.SendPassword);
    }

    internal Next LogIn(ReadOnlySpan<byte> password, Output output)
    {
        if (!PasswordAllowed)
            return Reject(output, Pop3Replies.TlsFirst);
        if (User is null)
            return Reject(output, Pop3Replies.UserFirst);
        _login.Begin(new UserExchange(User, password.ToArray()));
        return AskOfRule(output);
    }

    internal Pop3Verdict AskLogin() => _backend.Login(this, _login.Exchange!);

    internal Pop3Verdict AskSecret() => _backend.FindSecret(this, (SecretExchange)_login.Exchange!);

    /// <summary>The login is accepted, and the exchange at its end.</summary>
    internal Next Enter(Output output)
    {
        string? words = _login.Words;
        State = Pop3State.Transaction;
        (_login.User, _login.Exchange, _login.Words, _login.Stamp) = (_login.Exchange!.User, null, null, null);
        Peer.GotDone(isLoggedIn: true);
        if (words is not null)
            Pop3Replies.Positive(output, words);
        else
            Pop3Replies.LoggedIn(output, Messages!.Count, Messages.TotalSize);
        return Continue;
    }

    /// <summary>The login is accepted by another server, which has the word from here on.</summary>
    internal Next PassOn(Pop3Verdict verdict, Output output)
    {
        State = Pop3State.Transaction;
        (_login.User, _login.Exchange, _login.Words) = (_login.Exchange!.User, null, null);
        Peer.GotDone(isLoggedIn: true);
        Pop3Replies.Positive(output, verdict.Text!);
        _backend.PassOn(this);
        return Next.Write;
    }

    internal Next StartTls(Output output)
    {
        if (IsTls)
            return Reject(output, Pop3Replies.TlsAlready);
        if (!Options.OfferStls)
            return Reject(output, Pop3Replies.NoTls);
        output.Write(Pop3Replies.BeginTls);
        // RFC 2595 §4: nothing learnt from the client before TLS counts after it; what it sent behind STLS the
        // connection drops.
        _login.Forget();
        _login.IsUtf8 = false;
        _skippingLine = false;
        return Next.StartTls;
    }

    internal Next TakeUtf8(Output output)
    {
        _login.IsUtf8 = true;
        return WriteReply(output, Pop3Replies.Utf8On);
    }

    internal static Next ChooseLanguage(ReadOnlySpan<byte> range, Output output)
    {
        range = range.Trim((byte)' ');
        if (range.IsEmpty)
            return WriteReply(output, Pop3Languages.Listing);
        Pop3Replies.Language(output, Pop3Languages.Find(range));
        return Continue;
    }

    internal Next ListCapabilities(Output output)
        => Asks(Pop3Asked.Capabilities)
            ? Ask(Pop3Question.Capabilities, output)
            : OnCapabilitiesVerdict(Pop3Verdict.Accept, output);

    internal Next OnCapabilitiesVerdict(Pop3Verdict verdict, Output output)
    {
        if (verdict.Kind != Pop3VerdictKind.Accept)
            return Refuse(verdict, Pop3Replies.NoCapabilities, output);
        Pop3Replies.Capabilities(output, this);
        return Continue;
    }

    internal Next Noop(Output output)
        => Asks(Pop3Asked.Noop) ? Ask(Pop3Question.Noop, output) : WriteReply(output, Pop3Replies.Ok);

    internal Next OnNoopVerdict(Pop3Verdict verdict, Output output)
        => verdict.Kind == Pop3VerdictKind.Accept
            ? Done(verdict, Pop3Replies.Ok, output)
            : Refuse(verdict, Pop3Replies.NoopRefused, output);

    /// <summary>
    /// A number as the client gives it, from 1 on; a deleted message is as good as none (RFC 1939 §5).
    /// </summary>
    private bool Exists(int number) => number > 0 && number <= Messages!.Count && !_marks.Contains(number - 1);

    internal Next Stat(Output output)
    {
        Pop3Replies.Pair(output, Messages!.Count - _marks.Count, _marks.SizeLeft(Messages));
        return Continue;
    }

    internal Next List(int number, bool uniqueIds, Output output)
    {
        if (number == 0)
            return BeginListing(uniqueIds, output);
        if (!Exists(number))
            return WriteReply(output, Pop3Replies.NoSuchMessage);
        output.Write("+OK "u8);
        Pop3Listing.WriteLine(Messages!, number - 1, uniqueIds, output);
        return Continue;
    }

    private Next BeginListing(bool uniqueIds, Output output)
    {
        output.Write(Pop3Replies.ListFollows);
        _listing = new Pop3Listing(uniqueIds);
        _activity = Activity.Listing;
        return Continue;
    }

    private Next ContinueListing(Output output)
    {
        if (!_listing.WriteSome(Messages!, _marks, output))
            return Continue;
        output.Write(Pop3Replies.EndOfList);
        return BackToCommands();
    }

    internal Next Delete(int number, Output output)
    {
        if (!Exists(number))
            return WriteReply(output, Pop3Replies.NoSuchMessage);
        _turn.Index = number - 1;
        return Asks(Pop3Asked.Delete)
            ? Ask(Pop3Question.Delete, output)
            : OnDeleteVerdict(Pop3Verdict.Accept, output);
    }

    internal Pop3Verdict AskDelete() => _backend.Delete(this, _turn.Index);

    internal Next OnDeleteVerdict(Pop3Verdict verdict, Output output)
    {
        if (verdict.Kind != Pop3VerdictKind.Accept)
            return Refuse(verdict, Pop3Replies.NotMarked, output);
        if (_marks.Count == 0)
            _marks = new DeletionMarks(Messages!.Count);
        _marks.Add(Messages!, _turn.Index);
        return Done(verdict, Pop3Replies.Deleted, output);
    }

    internal Next Reset(Output output)
        => Asks(Pop3Asked.Reset)
            ? Ask(Pop3Question.Reset, output)
            : OnResetVerdict(Pop3Verdict.Accept, output);

    internal Pop3Verdict AskReset() => _backend.Reset(this);

    internal Next OnResetVerdict(Pop3Verdict verdict, Output output)
    {
        // RFC 1939 §5: RSET has no failure, and what is not marked is not lost.
        _marks = DeletionMarks.None;
        if (verdict.Kind != Pop3VerdictKind.Accept)
            return Refuse(verdict, Pop3Replies.NotReset, output);
        return Done(verdict, Pop3Replies.Ok, output);
    }

    internal Pop3Verdict AskQuit() => _backend.Quit(this);

    internal Next OnQuitVerdict(Pop3Verdict verdict, Output output)
    {
        Messages = null;
        if (verdict.Kind != Pop3VerdictKind.Accept)
            Pop3Replies.Negative(output, verdict.Text ?? Pop3Replies.NotAllDeleted);
        else if (verdict.Text is { } text)
            Pop3Replies.Positive(output, text);
        else
            output.Write(Pop3Replies.Goodbye);
        return Next.Close;
    }

    internal Next Retrieve(int number, int lines, Output output)
    {
        if (!Exists(number))
            return WriteReply(output, Pop3Replies.NoSuchMessage);
        if (lines < 0 && TryAnswerAhead(number - 1, output))
            return Continue;
        _transfer.Begin(number - 1, lines);
        return AskOfRule(output);
    }

    internal Pop3Verdict AskMessage() => _backend.Open(this, _transfer.Index, _transfer.Lines);

    internal Next OnOpenVerdict(Pop3Verdict verdict, Output output)
    {
        if (verdict.Kind != Pop3VerdictKind.Accept)
            return RefuseMessage(verdict, output);
        if (!_transfer.IsTop && TryAnswerAhead(_transfer.Index, output))
            return Continue;
        if (!TryHold(MessageTransfer.PieceSize))
            return RefuseMemory(output);
        if (verdict.Text is { } text)
            Pop3Replies.Positive(output, text);
        else if (_transfer.IsTop)
            output.Write(Pop3Replies.TopFollows);
        else
            Pop3Replies.MessageFollows(output, Messages!.Size(_transfer.Index));
        _transfer.RentPiece();
        _activity = Activity.Sending;
        Retrieved++;
        return Continue;
    }

    private bool TryAnswerAhead(int index, Output output)
    {
        bool isAnswered = _backend.TryAnswer(this, index, output);
        Retrieved += isAnswered ? 1 : 0;
        return isAnswered;
    }

    /// <summary>Memory for the maildrop, and so much for an answer.</summary>
    internal bool TryHold(int octets) => Peer.TryHold(octets + (Messages?.Count ?? 0) * OctetsOfMessage);

    private Next RefuseMemory(Output output)
    {
        _backend.CloseMessage(this);
        Pop3Replies.Negative(output, Pop3Verdict.NoMemory.Text!);
        return Continue;
    }

    private void EndTransfer()
    {
        _transfer.End();
        TryHold(0);
    }

    private Next RefuseMessage(Pop3Verdict verdict, Output output)
    {
        if (verdict.Kind == Pop3VerdictKind.Close)
            Messages = null;
        return Refuse(verdict, Pop3Replies.CannotOpen, output);
    }

    private Next SendPiece(Output output)
    {
        int count = _backend.Read(this, _transfer.Piece);
        if (count != ReadIsPending)
            return OnPieceRead(count, output);
        _activity = Activity.ReadingPiece;
        return Next.Wait;
    }

    private Next OnPieceRead(int count, Output output)
    {
        _activity = Activity.Sending;
        if (count < 0)
        {
            // No final dot: the client must not take a part for the whole.
            EndTransfer();
            return Next.Close;
        }
        if (!_transfer.Write(count, output))
            return Continue;
        if (count > 0)
            _backend.CloseMessage(this);
        else if (!_transfer.IsTop && _transfer.WireLength != Messages!.Size(_transfer.Index))
            _backend.NoteSize(this, _transfer.Index, _transfer.WireLength);
        EndTransfer();
        return BackToCommands();
    }
}
