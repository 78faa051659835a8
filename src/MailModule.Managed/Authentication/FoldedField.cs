using System.Text;

namespace MailModule.Authentication;

/// <summary>
/// A header field of ours under way, in ASCII, folded so that its lines have 78 characters at most where that can be
/// (RFC 5322 §2.1.1).
/// </summary>
internal sealed class FoldedField
{
    private const int LineLength = 78;
    private const string Fold = "\r\n\t";

    private readonly StringBuilder _text = new();
    private int _lineStart;

    public FoldedField(string name) => _text.Append(name).Append(':');

    /// <summary>Without a line end behind it.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>A blank, or a fold, and the text.</summary>
    public FoldedField Add(string text) => Append(" ", text);

    /// <summary>The text, where white space means nothing: behind a fold if the line is full.</summary>
    public FoldedField AddClose(string text) => Append("", text);

    /// <summary>A text such as base64, in which a fold may be anywhere.</summary>
    public FoldedField AddDivided(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            int room = LineLength - (_text.Length - _lineStart);
            if (room <= 0)
                StartLine();
            int count = Math.Min(text.Length - at, room <= 0 ? LineLength - 1 : room);
            _text.Append(text, at, count);
            at += count;
        }
        return this;
    }

    private FoldedField Append(string between, string text)
    {
        if (_text.Length - _lineStart + between.Length + text.Length > LineLength)
            StartLine();
        else
            _text.Append(between);
        _text.Append(text);
        return this;
    }

    private void StartLine()
    {
        _text.Append(Fold);
        _lineStart = _text.Length - 1;
    }
}
