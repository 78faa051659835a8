using System.Buffers;
using System.Text;

namespace MailModule.Mime.Composing;

/// <summary>Writes a parameter of a field with any text for its value (RFC 2231).</summary>
internal static class ParameterWriter
{
    /// <summary>Characters of one piece: the line stays below 78 (RFC 5322 §2.1.1).</summary>
    private const int PieceLength = 50;

    // RFC 2231 §7: attribute-char
    private static readonly SearchValues<byte> s_plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`{|}~"u8);

    /// <summary>With the semicolon and the fold before it.</summary>
    public static string Write(string name, string value)
    {
        bool isPlain = value.Length <= PieceLength && !value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            && !value.AsSpan().ContainsAny('"', '\\') && !value.Contains("=?");
        if (isPlain)
            return $";\r\n {name}=\"{value}\"";
        List<string> pieces = Pieces(value);
        if (pieces.Count == 1)
            return $";\r\n {name}*=utf-8''{pieces[0]}";
        return string.Concat(pieces.Select((piece, number)
            => $";\r\n {name}*{number}*={(number == 0 ? "utf-8''" : "")}{piece}"));
    }

    private static List<string> Pieces(string value)
    {
        var pieces = new List<string>();
        var piece = new StringBuilder();
        foreach (byte octet in Encoding.UTF8.GetBytes(value))
        {
            if (piece.Length >= PieceLength - 2)
            {
                pieces.Add(piece.ToString());
                piece.Clear();
            }
            if (s_plain.Contains(octet))
                piece.Append((char)octet);
            else
                piece.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }
        pieces.Add(piece.ToString());
        return pieces;
    }
}
