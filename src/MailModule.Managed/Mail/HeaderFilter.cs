using System.Buffers;

namespace MailModule.Mail;

/// <summary>
/// Passes a message on so that fields may be put in front of it: its header section (RFC 5322 §2.1) begins with its
/// first octet and ends with an empty line. Takes the content from its first octet on, cut anywhere, with any line
/// ends; whatever the cut, what comes out is the same. As a rule that is what went in, without a copy.
/// </summary>
/// <remarks>
/// What is changed: in front of the first line that is neither a field nor the continuation of one an empty line is
/// put in, for there the text begins. But lines that begin with a blank where there is no field to continue, and lines
/// in which a mailbox file (mbox) says "From " somebody, are left out if a field follows: the header is not over there.
/// So is a byte order mark in front of all. Until the next line tells they are held, as the beginning of a name is
/// whose colon has not come yet.
/// </remarks>
internal sealed class HeaderFilter
{
    private enum State : byte
    {
        LineStart,
        ByteOrderMark,
        Name,

        /// <summary>White space between a name and its colon (RFC 5322 §4.5: old, and still seen).</summary>
        AfterName,
        Rest,
        AfterCr,
        Over,
    }

    /// <summary>Fields that are of concern here.</summary>
    [Flags]
    private enum Found : byte
    {
        None = 0,
        Date = 1,
        From = 2,
        MessageId = 4,
    }

    /// <summary>Octets that are held at most; what is longer is text.</summary>
    private const int HoldLimit = 2048;

    private const int LongestName = 10;

    // RFC 5322 §2.2: printable ASCII but the colon
    private static readonly SearchValues<byte> s_name = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Where(octet => octet != ':').Select(octet => (byte)octet)]);

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private IHeaderEnd? _end;
    private State _state;
    private NameStart _name;
    private int _nameLength;
    private bool _hasField;
    private Found _found;

    /// <summary>Whole lines of which the next field decides, and perhaps the beginning of a line behind them.</summary>
    private byte[] _held = [];
    private int _heldLength;
    private int _heldLines;
    private bool _isHeldLine; // the line under way
    private MboxLine _mbox;

    public bool HasDate => _found.HasFlag(Found.Date);
    public bool HasFrom => _found.HasFlag(Found.From);
    public bool HasMessageId => _found.HasFlag(Found.MessageId);

    /// <summary>The header section is over; what comes is passed on as it is.</summary>
    public bool IsOver => _state == State.Over;

    /// <summary>Something was left out or put in, other than what the owner has written.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Octets of the content that came, up to the piece with which the header section was over.</summary>
    public long Taken { get; private set; }

    /// <summary>Octets of the content before the line that ends the header section, when it is over.</summary>
    public long Length { get; private set; }

    /// <summary>A new message.</summary>
    /// <param name="end">Asked where Date, From or Message-ID is missing; null: nobody is.</param>
    public void Begin(IHeaderEnd? end)
    {
        _end = end;
        _state = State.LineStart;
        _nameLength = _heldLength = _heldLines = 0;
        _hasField = _isHeldLine = IsChanged = false;
        _found = Found.None;
        _held = [];
        Taken = Length = 0;
    }

    /// <summary>What to write for a piece of the content; good until the next call on this thread.</summary>
    public ReadOnlySpan<byte> Pass(ReadOnlySpan<byte> content)
    {
        if (_state == State.Over)
            return content;
        var piece = new FilteredPiece(content);
        while (!piece.IsAtEnd)
            Step(ref piece);
        Taken += content.Length;
        return piece.Output;
    }

    /// <summary>
    /// As <see cref="Pass"/>, for whole fields that somebody else puts in front of the content, whose first line is
    /// still to come: it continues none of them.
    /// </summary>
    public ReadOnlySpan<byte> PassInFront(ReadOnlySpan<byte> fields)
    {
        ReadOnlySpan<byte> output = Pass(fields);
        _hasField = false;
        Taken = 0;
        return output;
    }

    /// <summary>What to write behind the last piece; good until the next call on this thread.</summary>
    public ReadOnlySpan<byte> End()
    {
        if (_state == State.Over)
            return default;
        var piece = new FilteredPiece(default);
        if (_state == State.Rest && !_isHeldLine && AreFieldsMissing)
            piece.Put("\r\n"u8); // the content ends within a line
        if (_heldLength > _heldLines || !_hasField)
            EndAsText(ref piece);
        else
            EndAtLine(ref piece);
        return piece.Output;
    }

    private void Step(ref FilteredPiece piece)
    {
        switch (_state)
        {
            case State.LineStart:
                BeginLine(ref piece);
                break;
            case State.ByteOrderMark:
                ReadByteOrderMark(ref piece);
                break;
            case State.Name:
            case State.AfterName:
                ReadName(ref piece);
                break;
            case State.Rest:
                ReadRest(ref piece);
                break;
            case State.AfterCr:
                ReadAfterCr(ref piece);
                break;
            default:
                piece.Keep(piece.Rest.Length);
                break;
        }
    }

    private void BeginLine(ref FilteredPiece piece)
    {
        _nameLength = 0;
        _isHeldLine = false;
        byte octet = piece.Rest[0];
        if (octet is (byte)'\r' or (byte)'\n')
            EndAtLine(ref piece);
        else if (octet == ByteOrderMark[0] && Taken + piece.At == 0)
            _state = State.ByteOrderMark;
        else if (octet is not ((byte)' ' or (byte)'\t'))
            _state = State.Name;
        // RFC 5322 §2.2.3: a line that begins with white space continues the field before it
        else if (_hasField && _heldLength == 0)
            _state = State.Rest;
        else
            BeginHeldLine(isMbox: false);
    }

    // RFC 3629 §6: it is no text
    private void ReadByteOrderMark(ref FilteredPiece piece)
    {
        if (piece.Rest[0] != ByteOrderMark[_heldLength])
        {
            EndAsText(ref piece);
            return;
        }
        Hold(ref piece, 1);
        if (_heldLength < ByteOrderMark.Length)
            return;
        _heldLines = _heldLength;
        _mbox.Begin(isFirst: true, mayBe: false);
        _state = State.LineStart;
    }

    private void BeginHeldLine(bool isMbox)
    {
        _mbox.Begin(isFirst: _heldLines == 0, isMbox);
        _isHeldLine = true;
        _state = State.Rest;
    }

    private void ReadName(ref FilteredPiece piece)
    {
        ReadOnlySpan<byte> rest = piece.Rest;
        int at = 0;
        if (_state == State.Name)
        {
            at = LengthOf(rest, rest.IndexOfAnyExcept(s_name));
            KeepName(rest[..at]);
            if (at < rest.Length && rest[at] is (byte)' ' or (byte)'\t')
                _state = State.AfterName;
        }
        if (_state == State.AfterName)
            at += LengthOf(rest[at..], rest[at..].IndexOfAnyExcept((byte)' ', (byte)'\t'));
        if (at == rest.Length)
            Hold(ref piece, at);
        else if (rest[at] == ':' && _nameLength > 0 && Fits(at))
            BeginField(ref piece, at + 1);
        else if (_state == State.AfterName && IsMboxName && Fits(at))
        {
            Hold(ref piece, at);
            BeginHeldLine(isMbox: true);
        }
        else
            EndAsText(ref piece);
    }

    private void KeepName(ReadOnlySpan<byte> octets)
    {
        int room = Math.Max(0, LongestName - _nameLength);
        octets[..Math.Min(room, octets.Length)].CopyTo(((Span<byte>)_name)[Math.Min(_nameLength, LongestName)..]);
        _nameLength += octets.Length;
    }

    private ReadOnlySpan<byte> NameSoFar => ((ReadOnlySpan<byte>)_name)[..Math.Min(_nameLength, LongestName)];

    // As it is, and as a program writes it that keeps such lines out of a mailbox file.
    private bool IsMboxName => NameSoFar.SequenceEqual("From"u8) || NameSoFar.SequenceEqual(">From"u8);

    private void BeginField(ref FilteredPiece piece, int length)
    {
        _hasField = true;
        _found |= FieldOf(NameSoFar, _nameLength);
        IsChanged |= _heldLines > 0;
        piece.Put(_held.AsSpan(_heldLines, _heldLength - _heldLines));
        DropHeld();
        piece.Keep(length);
        _state = State.Rest;
    }

    private static Found FieldOf(ReadOnlySpan<byte> start, int length) => length switch
    {
        4 when System.Text.Ascii.EqualsIgnoreCase(start, "Date"u8) => Found.Date,
        4 when System.Text.Ascii.EqualsIgnoreCase(start, "From"u8) => Found.From,
        LongestName when System.Text.Ascii.EqualsIgnoreCase(start, "Message-ID"u8) => Found.MessageId,
        _ => Found.None,
    };

    private void ReadRest(ref FilteredPiece piece)
    {
        ReadOnlySpan<byte> rest = piece.Rest;
        int end = rest.IndexOfAny((byte)'\r', (byte)'\n');
        int length = end < 0 ? rest.Length : end;
        if (_isHeldLine)
            _mbox.Add(rest[..length]);
        if (end < 0)
        {
            TakeOrHold(ref piece, length);
            return;
        }
        bool isCr = rest[end] == '\r';
        bool isPair = isCr && rest[(end + 1)..].StartsWith((byte)'\n');
        if (!TakeOrHold(ref piece, isPair ? length + 2 : length + 1))
            return;
        if (isCr && !isPair)
            _state = State.AfterCr;
        else
            EndLine();
    }

    private void ReadAfterCr(ref FilteredPiece piece)
    {
        if (piece.Rest[0] != '\n' || TakeOrHold(ref piece, 1))
            EndLine();
    }

    private void EndLine()
    {
        _state = State.LineStart;
        if (!_isHeldLine)
            return;
        _heldLines = _heldLength;
        _mbox.End();
    }

    private bool TakeOrHold(ref FilteredPiece piece, int length)
    {
        if (_isHeldLine)
            return Hold(ref piece, length);
        piece.Keep(length);
        return true;
    }

    /// <summary>False: it is too long, and text.</summary>
    private bool Hold(ref FilteredPiece piece, int length)
    {
        if (!Fits(length))
        {
            EndAsText(ref piece);
            return false;
        }
        if (_held.Length == 0)
            _held = new byte[HoldLimit];
        piece.Take(length).CopyTo(_held.AsSpan(_heldLength));
        _heldLength += length;
        return true;
    }

    private bool Fits(int length) => length <= HoldLimit - _heldLength;

    /// <summary>At the empty line, or at the end of the content.</summary>
    private void EndAtLine(ref FilteredPiece piece)
    {
        if (_heldLength > 0 && !_mbox.IsCertain)
        {
            EndAsText(ref piece);
            return;
        }
        bool isDropped = _heldLength > 0;
        IsChanged |= isDropped;
        DropHeld();
        EndHeader(ref piece);
        // An LF alone would join the CR of the line before those that were left out.
        if (isDropped && !piece.IsAtEnd && piece.Rest[0] == '\n')
            piece.Put("\r"u8);
    }

    /// <summary>The text begins with what is held, or here.</summary>
    private void EndAsText(ref FilteredPiece piece)
    {
        IsChanged = true;
        EndHeader(ref piece);
        piece.Put("\r\n"u8);
        piece.Put(_held.AsSpan(0, _heldLength));
        DropHeld();
    }

    private void EndHeader(ref FilteredPiece piece)
    {
        Length = Taken + piece.At - _heldLength;
        _state = State.Over;
        if (AreFieldsMissing)
            piece.Put(_end!, this);
    }

    private bool AreFieldsMissing
        => _end is not null && !(HasDate && HasMessageId && (HasFrom || !_end.NamesSender));

    private void DropHeld()
    {
        _heldLength = _heldLines = 0;
        _held = [];
    }

    private static int LengthOf(ReadOnlySpan<byte> text, int end) => end < 0 ? text.Length : end;

    [System.Runtime.CompilerServices.InlineArray(LongestName)]
    private struct NameStart
    {
        private byte _first;
    }
}
