using System.Text;

namespace MailModule.Mime;

/// <summary>
/// A header field that is made here, in wire form: of pieces that stay whole, with a fold (RFC 5322 §2.2.3) before one
/// that would make the line too long.
/// </summary>
internal sealed class FieldWriter
{
    /// <summary>
    /// RFC 5322 §2.1.1: a line should have 78 characters at most, one with an encoded-word (RFC 2047 §2) no more than
    /// these.
    /// </summary>
    public const int LineLength = 76;

    private readonly StringBuilder _text = new();
    private int _column;
    private bool _hasPiece;

    public FieldWriter(string name)
    {
        _text.Append(name).Append(':');
        _column = name.Length + 1;
    }

    /// <summary>Characters that fit on the line under way behind a blank.</summary>
    public int Room => LineLength - _column - 1;

    /// <summary>The next piece begins a line.</summary>
    public void Fold()
    {
        if (!_hasPiece)
            return;
        _text.Append("\r\n");
        _column = 0;
        _hasPiece = false;
    }

    /// <summary>A piece with the blanks before it, where a line may be folded.</summary>
    public void Add(string piece)
    {
        if (_column + piece.Length > LineLength)
            Fold();
        Append(piece);
        _hasPiece = true;
    }

    /// <summary>What belongs to the piece before it.</summary>
    public void Append(string text)
    {
        _text.Append(text);
        _column += text.Length;
    }

    /// <summary>The whole field with its end.</summary>
    public override string ToString() => _text + "\r\n";
}
