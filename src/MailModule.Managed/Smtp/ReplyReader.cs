using System.Text;

namespace MailModule.Smtp;

/// <summary>What <see cref="ReplyReader.Read"/> found.</summary>
internal enum ReplyResult
{
    /// <summary>The reply is not whole yet.</summary>
    Incomplete,
    Reply,
    /// <summary>
    /// Not SMTP: no code, codes that differ between lines, too long, too many lines. The session cannot continue.
    /// </summary>
    Malformed,
}

/// <summary>
/// A client's reader of replies, of one line or many (RFC 5321 §4.2.1), with hard limits. Control characters in a text
/// become "?", octets that are not UTF-8 become U+FFFD, so a reply may be logged and passed on. One owner; never
/// throws.
/// </summary>
internal sealed class ReplyReader
{
    /// <summary>Octets of one line at most; RFC 5321 §4.5.3.1.5 asks for 512, servers in the field send more.</summary>
    public const int LineLimit = 2048;
    public const int LineCountLimit = 128;

    private readonly ReplyCache _cache = new();
    private readonly List<string> _texts = [];
    private int _code;
    private string _enhanced = "";

    /// <summary>Lines of a reply have been read whose last is not there yet.</summary>
    public bool IsInside => _texts.Count > 0;

    /// <summary>Takes lines from the front of <paramref name="input"/> until a reply is whole.</summary>
    public ReplyResult Read(ref ReadOnlySpan<byte> input, out Reply reply)
    {
        reply = null!;
        while (true)
        {
            int end = input.IndexOf((byte)'\n');
            if (end < 0)
                return input.Length < LineLimit ? ReplyResult.Incomplete : ReplyResult.Malformed;
            // RFC 5321 §2.3.8 asks servers for CRLF; one that ends its replies with LF alone cannot mean anything else
            // by it
            ReadOnlySpan<byte> line = end > 0 && input[end - 1] == '\r' ? input[..(end - 1)] : input[..end];
            input = input[(end + 1)..];
            if (_texts.Count == 0 && _cache.TryGet(line, out reply))
                return ReplyResult.Reply;
            if (end >= LineLimit || !AddLine(line, out bool isLast))
                return ReplyResult.Malformed;
            if (!isLast)
                continue;
            reply = new Reply(_code, _enhanced, [.. _texts]);
            if (_texts.Count == 1)
                _cache.Add(line, reply);
            Reset();
            return ReplyResult.Reply;
        }
    }

    private void Reset()
    {
        _texts.Clear();
        _code = 0;
        _enhanced = "";
    }

    private bool AddLine(ReadOnlySpan<byte> line, out bool isLast)
    {
        isLast = line.Length == 3 || (line.Length > 3 && line[3] == ' ');
        if (!TryReadCode(line, out int code) || (!isLast && line[3] != '-'))
            return false;
        // RFC 5321 §4.2.1: the code of every line must be the same
        if ((_texts.Count > 0 && code != _code) || _texts.Count == LineCountLimit)
            return false;
        _code = code;
        ReadOnlySpan<byte> text = line.Length > 4 ? line[4..] : default;
        string enhanced = EnhancedCode.CutFrom(ref text, code);
        if (_texts.Count == 0)
            _enhanced = enhanced;
        _texts.Add(Clean(text));
        return true;
    }

    private static bool TryReadCode(ReadOnlySpan<byte> line, out int code)
    {
        code = 0;
        if (line.Length < 3 || line[0] is < (byte)'2' or > (byte)'5' || !char.IsAsciiDigit((char)line[1])
            || !char.IsAsciiDigit((char)line[2]))
            return false;
        code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
        return true;
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
