using System.Runtime.InteropServices;
using System.Text;

namespace MailModule.Mime.Reading;

/// <summary>
/// Text of a field with its encoded-words (RFC 2047) decoded, wherever they stand. Words of one character set that
/// follow each other are decoded together: programs cut characters between them. What cannot be decoded stays.
/// </summary>
internal sealed class EncodedText
{
    private readonly string _text;
    private readonly StringBuilder _decoded = new();
    private readonly List<byte> _octets = [];
    private Encoding? _charset;

    private EncodedText(string text) => _text = text;

    /// <param name="text">Unfolded.</param>
    public static string Decode(string text)
        => text.Contains("=?", StringComparison.Ordinal) ? new EncodedText(text).Decode() : text;

    private string Decode()
    {
        int done = 0;
        bool isAfterWord = false;
        for (int at; (at = _text.IndexOf("=?", done, StringComparison.Ordinal)) >= 0;)
        {
            int length = TryReadWord(at, out string name, out bool isQ, out string coded);
            Encoding? charset = length == 0 ? null : Charsets.Find(name);
            // RFC 2047 §6.2: the blanks between encoded-words are no text
            bool isJoined = charset is not null && isAfterWord && _text.AsSpan(done, at - done).Trim(" \t").IsEmpty;
            isAfterWord = charset is not null;
            if (!isJoined || !charset!.Equals(_charset))
                EndWord();
            if (!isJoined)
                _decoded.Append(_text, done, at - done);
            if (charset is null)
                _decoded.Append("=?");
            else
                Add(charset, isQ, coded);
            done = at + (charset is null ? 2 : length);
        }
        EndWord();
        return _decoded.Append(_text, done, _text.Length - done).ToString();
    }

    private void Add(Encoding charset, bool isQ, string coded)
    {
        _charset = charset;
        if (isQ)
            AddQ(coded);
        else
            AddBase64(coded);
    }

    private void EndWord()
    {
        if (_octets.Count == 0)
            return;
        string text = _charset!.GetString(CollectionsMarshal.AsSpan(_octets));
        _octets.Clear();
        // No line of a field ends by what is encoded in it.
        foreach (char c in text)
            _decoded.Append(c is '\r' or '\n' or '\0' ? '\uFFFD' : c);
    }

    /// <summary>Characters of the word; 0: it is none.</summary>
    private int TryReadWord(int at, out string charset, out bool isQ, out string coded)
    {
        (charset, coded, isQ) = ("", "", false);
        const int LongestCharset = 60;
        int start = at + 2;
        int end = _text.AsSpan(start, Math.Min(LongestCharset, _text.Length - start)).IndexOf('?');
        int letter = start + end + 1;
        if (end <= 0 || letter + 1 >= _text.Length || _text[letter + 1] != '?')
            return 0;
        isQ = _text[letter] is 'q' or 'Q';
        if (!isQ && _text[letter] is not ('b' or 'B'))
            return 0;
        int close = _text.IndexOf('?', letter + 2);
        if (close < 0 || close + 1 >= _text.Length || _text[close + 1] != '=')
            return 0;
        // RFC 2231 §5: a language may stand behind a star
        charset = _text.Substring(start, end).Split('*')[0];
        coded = _text[(letter + 2)..close];
        return close + 2 - at;
    }

    private void AddQ(string coded)
    {
        for (int i = 0; i < coded.Length; i++)
        {
            bool isHex = coded[i] == '=' && i + 2 < coded.Length
                && char.IsAsciiHexDigit(coded[i + 1]) && char.IsAsciiHexDigit(coded[i + 2]);
            if (isHex)
            {
                _octets.Add(Convert.FromHexString(coded.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                AddCharacter(coded[i] == '_' ? ' ' : coded[i]);
            }
        }
    }

    private void AddCharacter(char c)
    {
        if (c < 0x80)
            _octets.Add((byte)c);
        else
            _octets.AddRange(Encoding.UTF8.GetBytes([c]));
    }

    // Whatever is no letter of base64 is left out (RFC 2045 §6.8).
    private void AddBase64(string coded)
    {
        int bits = 0, count = 0;
        foreach (char c in coded)
        {
            int value = c switch
            {
                >= 'A' and <= 'Z' => c - 'A',
                >= 'a' and <= 'z' => c - 'a' + 26,
                >= '0' and <= '9' => c - '0' + 52,
                '+' => 62,
                '/' => 63,
                _ => -1,
            };
            if (value < 0)
                continue;
            bits = bits << 6 | value;
            count += 6;
            if (count < 8)
                continue;
            count -= 8;
            _octets.Add((byte)(bits >> count));
            bits &= (1 << count) - 1;
        }
    }
}
