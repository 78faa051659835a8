using System.Buffers;
using System.Text;

namespace MailModule.Authentication;

/// <summary>
/// A field that is written word by word, folded where a line would grow beyond 78 octets (RFC 5322 §2.1.1), with the
/// semicolon that may be joined to it. Nothing that comes in can end a line or the field: what is not printable ASCII
/// becomes "?".
/// </summary>
internal sealed class FieldText
{
    private const int LineLimit = 77;

    private readonly IBufferWriter<byte> _output;
    private int _line;

    /// <param name="output">Gets the field, and its line end at <see cref="End"/>.</param>
    /// <param name="start">The name with its colon.</param>
    public FieldText(IBufferWriter<byte> output, string start)
    {
        _output = output;
        Join(start);
    }

    /// <summary>A word behind a blank or a fold, which are one.</summary>
    public FieldText Word(string word)
    {
        if (_line + 1 + word.Length > LineLimit)
            return OnNewLine(word);
        _output.Write(" "u8);
        _line++;
        return Join(word);
    }

    /// <summary>A word on a line of its own.</summary>
    public FieldText OnNewLine(string word)
    {
        _output.Write("\r\n "u8);
        _line = 1;
        return Join(word);
    }

    /// <summary>Goes on with the word before.</summary>
    public FieldText Join(string text)
    {
        Span<byte> octets = _output.GetSpan(text.Length)[..text.Length];
        if (text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            CopyVisible(text, octets);
        else
            Ascii.FromUtf16(text, octets, out _);
        _output.Advance(text.Length);
        _line += text.Length;
        return this;
    }

    /// <summary>
    /// A text in quotes or parentheses: on one line where it fits into one, for there are readers who do not unfold.
    /// </summary>
    public FieldText Words(string text)
    {
        if (text.Length < LineLimit)
            return Word(text);
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Word(word);
        return this;
    }

    /// <summary>Goes on, behind a fold if the line is full: where white space means nothing.</summary>
    public FieldText JoinOrFold(string text) => _line + text.Length > LineLimit ? OnNewLine(text) : Join(text);

    /// <summary>Goes on with a text such as base64, in which a fold may be anywhere.</summary>
    /// <param name="lineLimit">Octets on a line.</param>
    public FieldText Divided(string text, int lineLimit = LineLimit)
    {
        for (int at = 0; at < text.Length;)
        {
            int count = Math.Clamp(lineLimit - _line, 0, text.Length - at);
            Join(text.Substring(at, count));
            at += count;
            if (at < text.Length)
                OnNewLine("");
        }
        return this;
    }

    private static void CopyVisible(string text, Span<byte> octets)
    {
        for (int i = 0; i < text.Length; i++)
            octets[i] = text[i] is >= ' ' and <= '~' ? (byte)text[i] : (byte)'?';
    }

    /// <summary>Ends the field by its line end.</summary>
    public void End() => _output.Write("\r\n"u8);
}
