using MailModule.Mail;

namespace MailModule.Authentication.Results;

/// <summary>
/// Passes a message on without the Authentication-Results fields that claim to be ours (RFC 8601 §5): whoever wrote
/// them, we did not. Takes what a <see cref="HeaderFilter"/> puts out, whose header is a header; cut anywhere, with any
/// line ends, and whatever the cut, what comes out is the same: as a rule what went in, without a copy. A field of ours
/// is left out with its folds; one whose authserv-id cannot be told, or does not come early, too. Not thread-safe.
/// </summary>
internal sealed class ForgedResults
{
    private enum State : byte
    {
        LineStart,

        /// <summary>Within a line that is passed on, or left out.</summary>
        Line,

        /// <summary>Behind a CR: an LF may follow.</summary>
        AfterCr,
        Over,
    }

    /// <summary>Octets of a field that are looked at for the end of its authserv-id.</summary>
    private const int HoldLimit = 1024;

    private readonly ResultsFieldStart _start;
    private State _state;
    private bool _isOurs; // the field under way is left out
    private bool _hasField;
    private bool _endsWithCr; // the last line that was passed on

    /// <summary>The beginning of a field whose owner the next piece tells.</summary>
    private byte[] _held = [];

    /// <param name="ids">Our authserv-ids, one as a rule.</param>
    public ForgedResults(params IEnumerable<string> ids) => _start = new ResultsFieldStart(ids);

    /// <summary>Fields that were left out.</summary>
    public int Count { get; private set; }

    /// <summary>The header section is over; what comes is passed on as it is.</summary>
    public bool IsOver => _state == State.Over;

    /// <summary>A new message.</summary>
    public void Begin()
    {
        _state = State.LineStart;
        _isOurs = _hasField = _endsWithCr = false;
        _held = [];
        Count = 0;
    }

    /// <summary>What to write for a piece of the content; good until the next call on this thread.</summary>
    public ReadOnlySpan<byte> Pass(ReadOnlySpan<byte> content)
    {
        if (_state == State.Over)
            return content;
        if (_held.Length > 0)
        {
            content = (byte[])[.. _held, .. content];
            _held = [];
        }
        var piece = new FilteredPiece(content, isBehind: true);
        while (!piece.IsAtEnd)
            Step(ref piece);
        return piece.Output;
    }

    /// <summary>What to write behind the last piece; good until the next call on this thread.</summary>
    public ReadOnlySpan<byte> End()
    {
        byte[] held = _held;
        _held = [];
        _state = State.Over;
        if (_start.OwnerOf(held, isWhole: true) != FieldOwner.Ours)
            return held;
        Count++;
        return default;
    }

    private void Step(ref FilteredPiece piece)
    {
        switch (_state)
        {
            case State.LineStart:
                BeginLine(ref piece);
                break;
            case State.Line:
                ReadLine(ref piece);
                break;
            case State.AfterCr:
                ReadAfterCr(ref piece);
                break;
            case State.Over:
                piece.Keep(piece.Rest.Length);
                break;
        }
    }

    private void BeginLine(ref FilteredPiece piece)
    {
        byte first = piece.Rest[0];
        _state = State.Line;
        // RFC 5322 §2.2.3: the field goes on
        if (first is (byte)' ' or (byte)'\t' && _hasField)
            return;
        bool isBehindOurs = _isOurs;
        _isOurs = false;
        _hasField = true;
        if (first is (byte)'\r' or (byte)'\n')
        {
            // An LF alone would join the CR of the line before those that were left out.
            if (isBehindOurs && _endsWithCr && first == '\n')
                piece.Put("\r"u8);
            _state = State.Over;
            return;
        }
        ReadOnlySpan<byte> rest = piece.Rest;
        bool isLong = rest.Length >= HoldLimit;
        FieldOwner owner = _start.OwnerOf(isLong ? rest[..HoldLimit] : rest, isWhole: false);
        if (owner == FieldOwner.Undecided && !isLong)
        {
            _held = piece.Take(rest.Length).ToArray();
            _state = State.LineStart;
            return;
        }
        _isOurs = owner != FieldOwner.Other;
        Count += _isOurs ? 1 : 0;
    }

    private void ReadLine(ref FilteredPiece piece)
    {
        ReadOnlySpan<byte> rest = piece.Rest;
        int end = rest.IndexOfAny((byte)'\r', (byte)'\n');
        bool isPair = end >= 0 && rest[end..].StartsWith("\r\n"u8);
        Move(ref piece, end < 0 ? rest.Length : isPair ? end + 2 : end + 1);
        if (end < 0)
            return;
        bool isCr = rest[end] == '\r' && !isPair;
        _state = isCr ? State.AfterCr : State.LineStart;
        if (!_isOurs)
            _endsWithCr = isCr;
    }

    private void ReadAfterCr(ref FilteredPiece piece)
    {
        _state = State.LineStart;
        if (piece.Rest[0] != '\n')
            return;
        Move(ref piece, 1);
        if (!_isOurs)
            _endsWithCr = false;
    }

    private void Move(ref FilteredPiece piece, int length)
    {
        if (_isOurs)
            piece.Take(length);
        else
            piece.Keep(length);
    }
}
