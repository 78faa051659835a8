using System.Text;
using MailModule.Engine.Serving.Handlers;
using MailModule.Mailbox;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// The mailbox of a POP3 session where the host has tables of handlers: its own, whose messages it gives piece by
/// piece, or the module's, about which it is asked.
/// </summary>
/// <remarks>Whoever has an answer of the handlers owns the session; a step that another thread carries on is the last
/// thing that is done.</remarks>
/// <param name="messages">The host's; null: the module has the mailbox.</param>
internal sealed class HandledMaildrop(HandledPop3Backend backend, HostMessageList? messages) : IJob
{
    /// <summary>Octets that a handler has room for, at least.</summary>
    private const int LeastRoom = 16_384;

    private HostPieces? _pieces;
    private byte[] _buffer = [];

    /// <summary>Of a client that is slowed: what a handler has given at once, and goes out bit by bit.</summary>
    private Memory<byte> _aside;
    private (int Index, int Lines) _open;
    private bool _isWhole;
    private bool _isOfHost;
    private IReadOnlyList<int> _marked = [];
    private List<int> _ours = [];
    private (int Asked, int Kept, string? Words) _quit;
    private Work _work;

    private enum Work
    {
        ReadGathered,
        ReadOn,
        DeleteOurs,
    }

    /// <summary>QUIT is under way.</summary>
    public bool IsQuitting { get; private set; }

    private Pop3Backend Own => backend.Own;
    private Pop3Session Session => backend.Session;
    private Pop3HandlerCalls Calls => backend.Calls;
    private ClientSpeed Speed => Own.SpeedOf(Session);

    /// <summary>DELE.</summary>
    public Pop3Verdict Mark(int index)
    {
        // Nobody could delete it: QUIT would have to say so, where it is too late.
        if (messages is not null && !Calls.HasMailboxStep(Pop3Steps.Remove))
            return Pop3Verdict.Refuse("[SYS/PERM] messages of this mailbox cannot be deleted");
        if (!Calls.HasMailboxStep(Pop3Steps.Delete))
            return Pop3Verdict.Accept;
        Calls.Arguments.Message = RequestOf(index, -1);
        return backend.Ask(Pop3Steps.Delete);
    }

    /// <inheritdoc cref="IPop3Backend.Open"/>
    public Pop3Verdict Open(int index, int lines)
    {
        _open = (index, lines);
        if (!Calls.HasMailboxStep(Pop3Steps.Retrieve))
            return OpenOurs();
        Calls.Arguments.Message = RequestOf(index, lines);
        return backend.Ask(Pop3Steps.Retrieve);
    }

    public Pop3Verdict FollowOpen(Pop3StepAnswer answer)
    {
        HostPieces? given = Calls.Pieces;
        if (answer.IsRefusal || answer.Kind == StepAnswerKind.Continue)
        {
            Drop(given);
            return answer.IsRefusal ? backend.VerdictOf(answer) : OpenOurs();
        }
        _isWhole = answer.Kind == StepAnswerKind.Done;
        if (given!.Fault != Fault.None || (!_isWhole && !Calls.TryTakeMessage()))
        {
            backend.Dependencies.Log.Write(
                LogLevel.Error, "pop3",
                given.Fault != Fault.None
                    ? $"a message of the host's cannot be kept: {FaultWords.Of(given.Fault)}"
                    : "a handler has accepted a message, and its table has none that reads it");
            Drop(given);
            return Pop3Verdict.Refuse(Pop3StepAnswers.Unfit.Text);
        }
        (_pieces, _isOfHost) = (given, true);
        return new Pop3Verdict(Pop3VerdictKind.Accept, answer.Text ?? SizeOf(given));
    }

    /// <inheritdoc cref="IPop3Backend.Read"/>
    public int Read(byte[] buffer)
    {
        if (_pieces is null)
            return Own.Read(Session, buffer);
        _buffer = buffer;
        TimeSpan wait = Speed.Wait;
        if (wait <= TimeSpan.Zero)
            return ReadOn(_pieces);
        _work = Work.ReadOn;
        backend.Dependencies.Guessing.LateAnswers.After(wait, backend.Dependencies.RunJob, this);
        return -2;
    }

    private int ReadOn(HostPieces pieces)
    {
        if (!_aside.IsEmpty)
            return GiveAside();
        if (pieces.HasGathered)
        {
            if (pieces.IsInMemory || Workers.IsCurrent)
                return ReadGathered(pieces);
            Start(Work.ReadGathered);
            return -2;
        }
        if (_isWhole)
            return Given(0);
        int piece = Speed.Piece;
        _aside = piece < LeastRoom ? new byte[LeastRoom] : default;
        Calls.Arguments.Buffer = _aside.IsEmpty ? _buffer.AsMemory(0, Math.Min(_buffer.Length, piece)) : _aside;
        return Calls.Ask(Pop3Steps.Read) is { } answer ? FollowPiece(answer) : -2;
    }

    private int ReadGathered(HostPieces pieces)
        => Given(pieces.ReadGathered(_buffer.AsSpan(0, Math.Min(_buffer.Length, Speed.Piece))));

    /// <summary>The host has given octets: how many, as <see cref="IPop3Backend.Read"/> tells it.</summary>
    public int FollowPiece(Pop3StepAnswer answer)
    {
        Calls.Arguments.Buffer = default;
        _isWhole = answer.Kind == StepAnswerKind.Done;
        bool isAside = !_aside.IsEmpty;
        _aside = isAside ? _aside[..Calls.PieceLength] : default;
        if (_isWhole || (answer.Kind == StepAnswerKind.Accept && Calls.PieceLength > 0))
            return isAside ? GiveAside() : Given(Calls.PieceLength);
        if (!answer.IsOver)
            backend.Dependencies.Log.Write(
                LogLevel.Error, "pop3",
                $"the host has broken off message {_open.Index + 1}: the connection is cut");
        return Given(-1);
    }

    /// <inheritdoc cref="IPop3Backend.NoteSize"/>
    public void NoteSize(int index, long wireLength)
    {
        if (!_isOfHost)
            Own.NoteSize(Session, index, wireLength);
    }

    /// <inheritdoc cref="IPop3Backend.CloseMessage"/>
    public void CloseMessage()
    {
        if (_pieces is { } pieces)
            Drop(pieces);
        else if (messages is null)
            Own.CloseMessage(Session);
        (_pieces, _aside) = (null, default);
    }

    /// <inheritdoc cref="IPop3Backend.Quit"/>
    public Pop3Verdict Quit()
    {
        IsQuitting = true;
        if (messages is null && !Calls.HasMailboxStep(Pop3Steps.Remove | Pop3Steps.Update))
            return Own.Quit(Session);
        _marked = [.. Session.Deleted.Order()];
        return AskRemovals();
    }

    public Pop3Verdict FollowRemove(Pop3StepAnswer answer)
    {
        TakeRemoval(answer);
        // Nobody hears how it ends, and what the host has begun is not to last.
        return answer.IsOver ? Pop3Verdict.Refuse() : AskRemovals();
    }

    public Pop3Verdict FollowUpdate(Pop3StepAnswer answer)
    {
        Pop3Verdict verdict = backend.VerdictOf(answer);
        if (answer.IsRefusal)
            return verdict.Text is null ? Pop3Verdict.Refuse(_quit.Words) : verdict;
        return _quit.Kept == 0 ? verdict : Pop3Verdict.Refuse(_quit.Words);
    }

    /// <summary>On a worker.</summary>
    void IJob.Run()
    {
        if (_work != Work.DeleteOurs)
        {
            if ((_work == Work.ReadOn ? ReadOn(_pieces!) : ReadGathered(_pieces!)) is not -2 and var count)
                Session.AnswerRead(count);
            return;
        }
        Pop3Verdict deleted = Own.QuitNow(Session, _ours);
        if (deleted.Kind != Pop3VerdictKind.Accept)
            _quit = (_quit.Asked, _quit.Kept + 1, deleted.Text ?? _quit.Words);
        if (AskUpdate() is { Kind: not Pop3VerdictKind.Pending } verdict)
            Session.Answer(verdict);
    }

    private Pop3Verdict OpenOurs()
    {
        _isOfHost = false;
        return Own.Open(Session, _open.Index, _open.Lines);
    }

    // What comes in pieces has the size that its mailbox tells; of a message of ours the host may give another.
    private string? SizeOf(HostPieces given)
    {
        if (_open.Lines >= 0)
            return null;
        if (_isWhole)
            return $"{given.WireLength} octets";
        return messages is null ? Pop3Verdict.WithoutSize.Text : null;
    }

    private int GiveAside()
    {
        int count = Math.Min(Math.Min(_aside.Length, _buffer.Length), Speed.Piece);
        _aside.Span[..count].CopyTo(_buffer);
        _aside = _aside[count..];
        return Given(count);
    }

    // At the end, and on failure, the message is closed.
    private int Given(int count)
    {
        _buffer = [];
        if (count > 0)
        {
            Speed.Add(count);
            return count;
        }
        Drop(_pieces);
        (_pieces, _aside) = (null, default);
        return count;
    }

    private void Drop(HostPieces? pieces)
    {
        if (pieces is null)
            return;
        if (pieces.IsInMemory || Workers.IsCurrent)
            pieces.End();
        else
            backend.Dependencies.RunJob(new Dropping(pieces));
    }

    private void Start(Work work)
    {
        _work = work;
        backend.Dependencies.RunJob(this);
    }

    private Pop3Verdict AskRemovals()
    {
        bool asks = Calls.HasMailboxStep(Pop3Steps.Remove);
        while (_quit.Asked < _marked.Count && asks)
        {
            Calls.Arguments.Message = RequestOf(_marked[_quit.Asked], -1);
            if (Calls.Ask(Pop3Steps.Remove) is not { } answer)
                return Pop3Verdict.Pending;
            TakeRemoval(answer);
            if (answer.IsOver)
                return Pop3Verdict.Refuse();
        }
        if (messages is not null)
            return AskUpdate();
        if (!asks)
            _ours = [.. _marked];
        Start(Work.DeleteOurs);
        return Pop3Verdict.Pending;
    }

    private void TakeRemoval(Pop3StepAnswer answer)
    {
        int index = _marked[_quit.Asked];
        _quit.Asked++;
        if (messages is null && answer.Kind is (StepAnswerKind.Continue or StepAnswerKind.Accept))
            _ours.Add(index);
        else if (answer.IsRefusal)
            (_quit.Kept, _quit.Words) = (_quit.Kept + 1, backend.VerdictOf(answer).Text ?? _quit.Words);
    }

    private Pop3Verdict AskUpdate()
    {
        if (messages is not null && _marked.Count > 0)
            backend.Dependencies.Log.Deleted(
                Session.User ?? "", _marked.Count - _quit.Kept, _quit.Kept);
        return Calls.HasMailboxStep(Pop3Steps.Update)
            ? backend.Ask(Pop3Steps.Update)
            : FollowUpdate(default);
    }

    private MessageRequest RequestOf(int index, int lines)
    {
        IMessageList all = Session.Messages!;
        Span<byte> id = stackalloc byte[HostMessageList.MostIdOctets];
        return new MessageRequest(
            index + 1, Encoding.ASCII.GetString(id[..all.UniqueId(index, id)]), all.Size(index), lines,
            messages?.Data(index) ?? 0);
    }

    private sealed class Dropping(HostPieces pieces) : IJob
    {
        public void Run() => pieces.End();
    }
}
