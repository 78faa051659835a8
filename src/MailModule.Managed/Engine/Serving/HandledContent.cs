using System.Buffers;
using System.Text;
using MailModule.Delivery.Forwarding;
using MailModule.Delivery.Outgoing;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// A message's content on its way past a host's handlers: in pieces, in order, no faster than they are taken; then,
/// whole, to who is asked about the message; and what is to be stored goes to the own backend behind the verdict. It is
/// held in memory while it is small, then in a file without a name (decision 0051). The session waits wherever this
/// works. Serves the session's messages one after the other.
/// </summary>
/// <remarks>
/// Whoever runs <see cref="Go"/> owns the session: its own thread, one of the handlers' pool, or a worker. A step that
/// another thread carries on is the last thing that is done.
/// </remarks>
internal sealed class HandledContent(HandledBackend backend) : IJob
{
    public const int PieceSize = 64 * 1024;

    /// <summary>What is gathered beyond it goes to the file, which blocks.</summary>
    private const int MemoryLimit = 128 * 1024;
    private const int MostHeaderOctets = 8 * 1024;

    private readonly List<byte> _fields = [];
    private SubmissionContent? _gathered;
    private byte[] _buffer = [];
    private int _length;
    private Stage _stage;
    private StepAnswer _answer;
    private string? _path;
    private long _fed;
    private bool _isHosts;
    private bool _isEnding;
    private bool _isFirst;
    private bool _hasLast;
    private bool _mayBlock;

    private enum Stage
    {
        /// <summary>The next piece, if there is one.</summary>
        Piece,
        /// <summary>The handlers have had the piece.</summary>
        Keep,
        /// <summary>All of it is there, and the verdict on it.</summary>
        Store,
    }

    private SmtpSession Session => backend.Session;
    private SmtpBackend Own => backend.Own;
    private HandlerSet Set => backend.Set;
    private MessageAuthentication? Authentication => Own.Checks?.Authentication;
    private bool IsGathering => !_isHosts || Set.Has(HandlerSteps.Message);

    /// <summary>Content comes, or is judged.</summary>
    public bool IsOpen { get; private set; }

    public bool HasHeaders => _fields.Count > 0;

    /// <param name="isHosts">The host takes it: nothing is stored.</param>
    public void Begin(bool isHosts)
    {
        (_isHosts, _isEnding, _isFirst, _hasLast) = (isHosts, false, true, false);
        (_stage, _answer, _length, _fed) = (Stage.Piece, default, 0, 0);
        IsOpen = true;
        Own.ContentResumed = StoreOn;
        if (IsGathering)
            _gathered = new SubmissionContent(backend.ScratchFolder);
    }

    /// <inheritdoc cref="ISmtpBackend.Append"/>
    public bool Append(ReadOnlySpan<byte> content)
    {
        Authenticate(content);
        if (_buffer.Length - _length < content.Length && !TryGrow(_length + content.Length))
            return true; // the rest is thrown away above
        content.CopyTo(_buffer.AsSpan(_length));
        _length += content.Length;
        return _length < PieceSize || Go();
    }

    /// <inheritdoc cref="ISmtpBackend.EndOfData"/>
    public Verdict End()
    {
        _isEnding = true;
        Authenticate([]);
        Authentication?.End();
        return Go() ? AskAboutMessage() : Verdict.Pending;
    }

    /// <summary>The handlers have answered for a piece, on another thread than asked.</summary>
    public void ChunkAnswered(StepAnswer answer)
    {
        Take(answer);
        GoOn();
    }

    /// <summary>What follows the answer about the whole message.</summary>
    public Verdict Follow(StepAnswer answer)
    {
        DropPath();
        if (_isHosts || answer.Kind == StepAnswerKind.Done)
        {
            Own.Discard(Session);
            Own.Dependencies.Log.AcceptedByHost(Session.Envelope);
            Discard();
            backend.CountMessage();
            return new Verdict(VerdictKind.Accept, answer.Reply);
        }
        Session.Transaction.Acceptance = answer.Reply;
        (_answer, _stage) = (answer, Stage.Store);
        return Store();
    }

    public Fault AddHeader(string field)
    {
        if (IsOpen && _isHosts)
            return FaultReason.Because(Fault.State, "the host takes the message: the library stores none");
        byte[] octets = Encoding.UTF8.GetBytes(field);
        if (_fields.Count + octets.Length > MostHeaderOctets)
            return FaultReason.Because(Fault.Limit, $"the fields of a message have at most {MostHeaderOctets} octets");
        _fields.AddRange(octets);
        return Fault.None;
    }

    public Fault Read(long offset, Span<byte> buffer, out int count) => _gathered!.Read(buffer, offset, out count);

    /// <inheritdoc cref="IHandlerSession.GetPath"/>
    public Fault GetPath(out string? path)
    {
        path = _path;
        if (path is not null)
            return Fault.None;
        path = new ScratchFiles(backend.ScratchFolder, Disk.Real).NewPath("message");
        Fault fault = CopyTo(path);
        if (fault == Fault.None)
            _path = path;
        else
            path = null;
        return fault;
    }

    /// <summary>Nothing of the message is kept.</summary>
    public void Discard()
    {
        DropPath();
        _fields.Clear();
        _gathered?.Dispose();
        _gathered = null;
        _length = 0;
        Own.HeldInFront = 0;
        Own.ContentResumed = null;
        IsOpen = false;
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>On a worker, or in the step of a host that steps the session.</summary>
    void IJob.Run()
    {
        _mayBlock = true;
        GoOn();
        // Nothing more: another thread may be at it by now.
    }

    private void GoOn()
    {
        try
        {
            if (_stage == Stage.Store)
                Answer(Store());
            else if (Go())
                EndWait();
        }
        catch (Exception e)
        {
            Set.Log.WriteFailure("smtp", "a message could not be held", e);
            Fail(StepReplies.Failed451);
        }
    }

    // The session waits for content, or for the verdict at its end.
    private void EndWait()
    {
        if (_isEnding)
            Answer(AskAboutMessage());
        else
            Session.ResumeContent();
    }

    private void Fail(Reply reply)
    {
        Session.Transaction.RefuseContent(reply, closes: false);
        if (_isEnding)
            Session.Answer(Verdict.Refuse(reply));
        else
            Session.ResumeContent();
    }

    /// <summary>True: the session goes on; false: another thread carries on.</summary>
    private bool Go()
    {
        while (_stage == Stage.Keep || (_isEnding ? !_hasLast : _length >= PieceSize))
        {
            if (_stage == Stage.Piece && !TryGivePiece())
                return false;
            if (!TryKeepPiece())
                return false;
        }
        return true;
    }

    private bool TryGivePiece()
    {
        StepAnswer? answer = default(StepAnswer);
        if (Set.Has(HandlerSteps.Chunk) && !_answer.IsRefusal)
        {
            StepArguments arguments = backend.Calls.Arguments;
            arguments.Octets = _buffer.AsMemory(0, Piece);
            (arguments.IsFirst, arguments.IsLast) = (_isFirst, _isEnding && Piece == _length);
            answer = backend.Calls.Ask(HandlerSteps.Chunk);
        }
        if (answer is { } known)
            Take(known);
        return answer is not null;
    }

    private int Piece => Math.Min(_length, PieceSize);

    private void Take(StepAnswer answer)
    {
        _isFirst = false;
        _stage = Stage.Keep;
        if (answer.IsRefusal)
            Refuse(answer);
    }

    private void Refuse(StepAnswer answer)
    {
        backend.LogRefusal(answer);
        _answer = answer;
        Session.Transaction.RefuseContent(answer.Reply!, answer.Kind == StepAnswerKind.Close);
    }

    private bool TryKeepPiece()
    {
        int piece = Piece;
        bool isLast = _isEnding && piece == _length;
        if (IsGathering && !_answer.IsRefusal)
        {
            if (_gathered!.Length + piece > MemoryLimit && !MayBlock())
                return false;
            Gather(piece, isLast);
        }
        _hasLast = isLast;
        _buffer.AsSpan(piece, _length - piece).CopyTo(_buffer);
        _length -= piece;
        _stage = Stage.Piece;
        return true;
    }

    private void Gather(int piece, bool isLast)
    {
        Fault fault = _gathered!.Write(_buffer.AsSpan(0, piece));
        if (fault == Fault.None && isLast)
            fault = _gathered.Finish();
        bool fits = TryHold(_buffer.Length);
        if (fault != Fault.None || !fits)
            Refuse(StepAnswer.Refuse(fits ? BackendReplies.NotStored(fault) : Replies.NoMemory452));
    }

    /// <summary>Counts what is held here: the buffer, and what of the message is gathered in memory.</summary>
    private bool TryHold(int octetsOfBuffer)
    {
        Own.HeldInFront = octetsOfBuffer + Math.Min(_gathered?.Length ?? 0, MemoryLimit) + (Authentication?.Held ?? 0);
        return Session.TryHold(Own.HeldInFront);
    }

    /// <summary>The calling thread may touch files; false: a worker carries on.</summary>
    private bool MayBlock()
    {
        bool may = _mayBlock || Workers.IsCurrent;
        _mayBlock = false;
        if (!may)
            Own.Dependencies.RunJob(this);
        return may;
    }

    private Verdict AskAboutMessage()
    {
        if (_answer.IsRefusal)
            return _answer.Kind == StepAnswerKind.Close
                ? Verdict.Close(_answer.Reply) : Verdict.Refuse(_answer.Reply!);
        backend.Calls.Arguments.Size = _gathered?.Length ?? 0;
        return Set.Has(HandlerSteps.Message) ? backend.Ask(HandlerSteps.Message) : Follow(default);
    }

    /// <summary>Gives the own backend the message, with the host's fields in front, as fast as it takes it.</summary>
    private Verdict Store()
    {
        if (!_gathered!.IsInMemory && !MayBlock())
            return Verdict.Pending;
        if (_fields.Count > 0)
        {
            byte[] fields = [.. _fields];
            _fields.Clear();
            if (!Own.AppendFields(fields))
                return Verdict.Pending;
        }
        if (_buffer.Length == 0 && !TryGrow(PieceSize))
            return Verdict.Refuse(Replies.NoMemory452);
        while (_fed < _gathered.Length)
        {
            Fault fault = _gathered.Read(_buffer, _fed, out int count);
            if (fault != Fault.None || count == 0)
                return Verdict.Refuse(BackendReplies.NotStored(fault));
            _fed += count;
            if (!Own.Append(Session, _buffer.AsSpan(0, count)))
                return Verdict.Pending;
        }
        bool isJudged = _answer.Kind == StepAnswerKind.Accept;
        Discard();
        backend.CountMessage();
        return isJudged ? Own.Commit() : Own.EndOfData(Session);
    }

    // The own backend takes content again.
    private void StoreOn() => Own.Dependencies.RunJob(this);

    private Fault CopyTo(string path)
    {
        Fault fault = Disk.Real.CreateIn(backend.ScratchFolder, Path.GetFileName(path), out IDiskFile file);
        if (fault != Fault.None)
            return FaultReason.Because(fault, $"{path}: {FaultWords.Of(fault)}");
        using (file)
        {
            byte[] piece = ArrayPool<byte>.Shared.Rent(PieceSize);
            int count = 1;
            for (long at = 0; fault == Fault.None && count > 0; at += count)
            {
                fault = _gathered!.Read(piece, at, out count);
                if (fault == Fault.None && count > 0)
                    fault = file.Write(piece.AsSpan(0, count), at);
            }
            ArrayPool<byte>.Shared.Return(piece);
        }
        if (fault != Fault.None)
            Disk.Real.Unlink(path);
        return FaultReason.Because(fault, $"{path}: {FaultWords.Of(fault)}");
    }

    private void DropPath()
    {
        if (_path is not null)
            Disk.Real.Unlink(_path);
        _path = null;
    }

    // It is checked as the client has sent it, and not once more when it is stored.
    private void Authenticate(ReadOnlySpan<byte> content)
    {
        if (Authentication is not { } authentication)
            return;
        authentication.IsFedInFront = true;
        authentication.Append(content);
    }

    /// <summary>Makes room for so many octets. False: there is no memory, and the content is refused.</summary>
    private bool TryGrow(int octets)
    {
        int size = Math.Max(octets, Math.Min(2 * _buffer.Length, PieceSize));
        if (!TryHold(size))
        {
            Refuse(StepAnswer.Refuse(Replies.NoMemory452));
            return false;
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, _length).CopyTo(buffer);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = buffer;
        return true;
    }

    private void Answer(Verdict verdict)
    {
        if (verdict.Kind != VerdictKind.Pending)
            Session.Answer(verdict);
    }
}
