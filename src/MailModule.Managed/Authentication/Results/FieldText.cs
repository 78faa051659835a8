using System.Buffers;
using System.Text;

namespace MailModule.Authentication.Results;

/// <summary>
/// A field that is written word by word, folded where a line would grow beyond 78 octets (RFC 5322 §2.1.1), with the
/// semicolon that may be joined to it. Nothing that comes in can end a line or the field: what is not printable ASCII
/// becomes "?".
/// </summary>
internal sealed class FieldText(string start)
{
    private const int LineLimit = 77;

    private const int FirstLength = 512; // of most fields

    private readonly StringBuilder _text = new StringBuilder(FirstLength).Append(start);
    private int _line = start.Length;

    /// <summary>A word behind a blank or a fold, which are one.</summary>
    public FieldText Word(string word)
    {
        if (_line + 1 + word.Length > LineLimit)
            return OnNewLine(word);
        _text.Append(' ');
        _line++;
        return Join(word);
    }

    /// <summary>A word on a line of its own.</summary>
    public FieldText OnNewLine(string word)
    {
        _text.Append("\r\n ");
        _line = 1;
        return Join(word);
    }

    /// <summary>Goes on with the word before.</summary>
    public FieldText Join(string text)
    {
        foreach (char c in text)
            _text.Append(c is >= ' ' and <= '~' ? c : '?');
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

    /// <summary>Writes the field and its line end.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        _text.Append("\r\n");
        Encoding.ASCII.GetBytes(_text.ToString(), output);
    }
}
