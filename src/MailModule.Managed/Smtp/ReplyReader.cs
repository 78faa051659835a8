using System.Text;

namespace MailModule.Smtp;

/// <summary>What <see cref="ReplyReader.Read"/> found.</summary>
internal enum ReplyResult
{
    /// <summary>The reply is not whole yet.</summary>
    Incomplete,
    Reply,
    /// <summary>A reply, by its code; more of it may follow for ever: nothing behind it can be read.</summary>
    Endless,
    /// <summary>Not SMTP: no code, as far as is read. The session cannot continue.</summary>
    Malformed,
}

/// <summary>
/// A client's reader of replies, of one line or many (RFC 5321 §4.2.1). What can be understood is an answer, however
/// long it is: bounded is what is kept. Control characters in a text become "?", octets that are not UTF-8 become
/// U+FFFD, so a reply may be logged and passed on. It takes all of its input. One owner; never throws.
/// </summary>
/// <remarks>
/// Lines without a code are passed over before a reply and are text inside one. Where the lines of a reply have
/// different codes, that of the last counts, as Postfix has it: a server that says "220-" and then "521 " refuses.
/// Whoever has sent several commands ahead cannot know whether such a line stands beside a reply or in the place of one
/// (<see cref="IsDoubtful"/>).
/// </remarks>
internal sealed class ReplyReader
{
    /// <summary>Octets that are kept of one line.</summary>
    public const int LineLimit = 2048;

    /// <summary>Lines that are kept: the first, and the last in any case.</summary>
    public const int LineCountLimit = 128;

    /// <summary>Octets of one reply that are read.</summary>
    public const int OctetLimit = 16 * 1024 * 1024;

    private const int KeptLimit = 32 * 1024;
    private const int StrayLimit = 200;

    private readonly ReplyCache _cache = new();
    private readonly List<string> _texts = [];
    private byte[] _begun = [];
    private int _begunLength;
    private long _octets;
    private int _kept;
    private int _code;
    private string _enhanced = "";
    private bool _isDoubtful;

    /// <summary>A reply has begun, and its end is not there yet.</summary>
    public bool IsInside => _code != 0 || (_begunLength > 0 && char.IsAsciiDigit((char)_begun[0]));

    /// <summary>A reply has begun that refuses, as far as it is there.</summary>
    public bool IsInsideRefusal
        => _code >= 400 || (_code == 0 && _begunLength > 0 && _begun[0] is (byte)'4' or (byte)'5');

    /// <summary>
    /// Beside the last reply, or inside it, there were lines that were none of it, or its lines had different codes.
    /// </summary>
    public bool IsDoubtful { get; private set; }

    /// <summary>The first line without a code since the last reply; empty if there is none.</summary>
    public string Stray { get; private set; } = "";

    /// <summary>Takes lines from the front of <paramref name="input"/> until a reply is whole.</summary>
    public ReplyResult Read(ref ReadOnlySpan<byte> input, out Reply reply)
    {
        while (!input.IsEmpty)
        {
            // RFC 5321 §2.3.8 asks servers for CRLF; one that ends its replies with LF alone cannot mean anything else
            // by it
            int end = input.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? input : input[..end];
            input = end < 0 ? default : input[(end + 1)..];
            _octets += line.Length + 1;
            if (end < 0 || _begunLength > 0)
                line = Keep(line);
            if (end >= 0)
            {
                _begunLength = 0;
                if (TryAnswer(line.TrimEnd((byte)'\r'), out reply))
                    return ReplyResult.Reply;
            }
            if (_octets > OctetLimit)
                return TryEnd(out reply) ? ReplyResult.Endless : ReplyResult.Malformed;
        }
        reply = null!;
        return ReplyResult.Incomplete;
    }

    /// <summary>Nothing more comes: whether what there is of a reply has a code.</summary>
    public bool TryEnd(out Reply reply)
    {
        ReadOnlySpan<byte> begun = _begun.AsSpan(0, _begunLength);
        if (_code != 0 || ReplyLine.Parse(begun).Code != 0)
            AddLine(begun, out _);
        _begunLength = 0;
        reply = _code == 0 ? null! : Complete();
        return reply is not null;
    }

    /// <summary>Lines without a code that came when no reply was due stand in the place of none.</summary>
    public void ForgetStray()
    {
        if (_code != 0)
            return;
        _isDoubtful = false;
        _octets = 0;
        Stray = "";
    }

    public void Reset()
    {
        _texts.Clear();
        _begunLength = _kept = _code = 0;
        _octets = 0;
        _enhanced = Stray = "";
        _isDoubtful = false;
    }

    /// <summary>The line so far, with as much of it as is kept.</summary>
    private ReadOnlySpan<byte> Keep(ReadOnlySpan<byte> piece)
    {
        if (_begun.Length == 0)
            _begun = new byte[LineLimit];
        piece = piece[..Math.Min(piece.Length, LineLimit - _begunLength)];
        piece.CopyTo(_begun.AsSpan(_begunLength));
        _begunLength += piece.Length;
        return _begun.AsSpan(0, _begunLength);
    }

    private bool TryAnswer(ReadOnlySpan<byte> line, out Reply reply)
    {
        bool isFirst = _code == 0;
        if (isFirst && _cache.TryGet(line, out reply))
        {
            IsDoubtful = _isDoubtful;
            Reset();
            return true;
        }
        AddLine(line, out bool isLast);
        reply = isLast ? Complete() : null!;
        if (isLast && isFirst)
            _cache.Add(line, reply);
        return isLast;
    }

    private Reply Complete()
    {
        if (_isDoubtful && _enhanced.Length == 0)
            CutEnhanced();
        var reply = new Reply(_code, _enhanced, [.. _texts]);
        IsDoubtful = _isDoubtful;
        Reset();
        return reply;
    }

    // A line of another code, or of none, was not looked at by the code that counts in the end.
    private void CutEnhanced()
    {
        for (int i = 0; i < _texts.Count; i++)
        {
            ReadOnlySpan<byte> text = Encoding.UTF8.GetBytes(_texts[i]);
            string enhanced = EnhancedCode.CutFrom(ref text, _code);
            if (enhanced.Length == 0)
                continue;
            _texts[i] = Encoding.UTF8.GetString(text);
            if (_enhanced.Length == 0)
                _enhanced = enhanced;
        }
    }

    private void AddLine(ReadOnlySpan<byte> octets, out bool isLast)
    {
        ReplyLine line = ReplyLine.Parse(octets[..Math.Min(octets.Length, LineLimit)]);
        isLast = line.IsLast;
        ReadOnlySpan<byte> text = line.Text;
        if (line.Code == 0)
            AddStray(text);
        else
            AddText(line.Code, text, isLast);
    }

    private void AddStray(ReadOnlySpan<byte> text)
    {
        _isDoubtful = true;
        bool isBlank = text.Trim(" \t\0"u8).IsEmpty;
        if (_code != 0 && !isBlank)
            KeepText(text, isLast: false);
        else if (Stray.Length == 0 && !isBlank)
            Stray = Clean(text[..Math.Min(text.Length, StrayLimit)]);
    }

    private void AddText(int code, ReadOnlySpan<byte> text, bool isLast)
    {
        if (_code != 0 && code != _code)
        {
            _isDoubtful = true;
            _enhanced = "";
        }
        _code = code;
        string enhanced = EnhancedCode.CutFrom(ref text, code);
        if (_enhanced.Length == 0)
            _enhanced = enhanced;
        KeepText(text, isLast);
    }

    private void KeepText(ReadOnlySpan<byte> text, bool isLast)
    {
        if (_texts.Count < LineCountLimit && _kept < KeptLimit)
            _texts.Add(Clean(text));
        else if (isLast)
            _texts[^1] = Clean(text);
        _kept += text.Length;
    }

    private static string Clean(ReadOnlySpan<byte> text)
        => string.Create(Encoding.UTF8.GetCharCount(text), text, static (chars, octets) =>
        {
            Encoding.UTF8.GetChars(octets, chars);
            foreach (ref char c in chars)
                if (char.IsControl(c))
                    c = '?';
        });
}
