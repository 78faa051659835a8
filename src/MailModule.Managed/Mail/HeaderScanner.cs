namespace MailModule.Mail;

/// <summary>
/// Looks through a message's header section (RFC 5322 §2.2) for the fields that a message must have. Takes the content
/// from its first octet on, cut anywhere, with any line ends; a machine with named states and no more memory than the
/// longest name it looks for.
/// </summary>
internal struct HeaderScanner
{
    private enum State : byte
    {
        LineStart,
        Name,
        /// <summary>White space between a name and its colon (RFC 5322 §4.5: old, and still seen).</summary>
        AfterName,
        Rest,
        AfterCr,
        End,
    }

    private const int LongestName = 10;

    private State _state;
    private LongName _name;
    private int _length;
    private bool _hasField;

    public bool HasDate { get; private set; }
    public bool HasMessageId { get; private set; }

    /// <summary>
    /// The content begins with a field or with the empty line that ends a header section; else it has none. Known when
    /// <see cref="IsAtEnd"/> or the first line is through.
    /// </summary>
    public readonly bool IsHeader => _hasField || _isEmptyHeader;

    private bool _isEmptyHeader;

    /// <summary>The header section is through.</summary>
    public readonly bool IsAtEnd => _state == State.End;

    public void Add(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty && _state != State.End)
        {
            if (_state == State.Rest)
                SkipLine(ref content);
            else
                Step(content[0], ref content);
        }
    }

    private void SkipLine(ref ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAny((byte)'\r', (byte)'\n');
        if (end >= 0)
            _state = text[end] == '\r' ? State.AfterCr : State.LineStart;
        text = end < 0 ? default : text[(end + 1)..];
    }

    private void Step(byte octet, ref ReadOnlySpan<byte> text)
    {
        switch (_state)
        {
            case State.AfterCr:
                _state = State.LineStart;
                if (octet == '\n')
                    text = text[1..];
                return;
            case State.LineStart:
                BeginLine(octet);
                break;
            case State.Name:
                ContinueName(octet);
                break;
            default:
                _state = octet switch
                {
                    (byte)' ' or (byte)'\t' => State.AfterName,
                    (byte)':' => EndName(),
                    _ => State.End,
                };
                break;
        }
        text = text[1..];
    }

    private void BeginLine(byte octet)
    {
        _length = 0;
        if (octet is (byte)'\r' or (byte)'\n')
        {
            _isEmptyHeader = true;
            _state = State.End;
        }
        // RFC 5322 §2.2.3: a line that begins with white space continues the field before it
        else if (octet is (byte)' ' or (byte)'\t')
            _state = _hasField ? State.Rest : State.End;
        else
            ContinueName(octet);
    }

    // RFC 5322 §2.2: printable ASCII but the colon
    private void ContinueName(byte octet)
    {
        if (octet == ':' && _length > 0)
            _state = EndName();
        else if (octet is (byte)' ' or (byte)'\t')
            _state = State.AfterName;
        else if (octet is > (byte)' ' and < 0x7f and not (byte)':')
        {
            _state = State.Name;
            if (_length < LongestName)
                _name[_length] = (byte)(octet | 0x20);
            _length++;
        }
        else
            _state = State.End;
    }

    private State EndName()
    {
        _hasField = true;
        ReadOnlySpan<byte> name = ((ReadOnlySpan<byte>)_name)[..Math.Min(_length, LongestName)];
        HasDate |= _length == 4 && name.SequenceEqual("date"u8);
        // The hyphen has the bit of small letters already.
        HasMessageId |= _length == LongestName && name.SequenceEqual("message-id"u8);
        return State.Rest;
    }

    [System.Runtime.CompilerServices.InlineArray(LongestName)]
    private struct LongName
    {
        private byte _first;
    }
}
