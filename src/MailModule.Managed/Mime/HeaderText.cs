using System.Buffers;
using System.Text;
using MailModule.Mail;

namespace MailModule.Mime;

/// <summary>
/// Text of people in header fields that are made here: as it stands where ASCII has it, a reader would take it for
/// nothing else and lines can be folded between its words; else as encoded-words (RFC 2047). What a reader sees is the
/// text to the letter.
/// </summary>
internal static class HeaderText
{
    /// <summary>RFC 2047 §2: characters of an encoded-word.</summary>
    private const int WordLimit = 75;

    private const string WordStart = "=?utf-8?q?", WordEnd = "?=";
    private const int Frame = 12;

    /// <summary>Room for a character that takes four octets, in the longer of both encodings.</summary>
    private const int LeastRoom = Frame + 4 * 3;

    // RFC 5322 §3.2.3, and what RFC 2047 §5 (3) allows in the words of a name
    private static readonly SearchValues<char> AtomsAndBlank = SearchValues.Create(
        " ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~");

    private static readonly SearchValues<byte> PlainInWord = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/ "u8);

    /// <summary>Text of a field that holds nothing else (RFC 5322 §2.2.1), such as Subject.</summary>
    public static void AddText(FieldWriter field, string text)
    {
        if (!IsPlain(text))
            AddEncoded(field, text);
        else
            foreach (string piece in Pieces(text))
                field.Add(piece);
    }

    /// <summary>A list of addresses with their names.</summary>
    public static void AddAddresses(FieldWriter field, IReadOnlyList<NamedAddress> addresses)
    {
        for (int i = 0; i < addresses.Count; i++)
        {
            string comma = i + 1 < addresses.Count ? "," : "";
            AddName(field, addresses[i].Name);
            string address = addresses[i].Address.WireText;
            field.Add((addresses[i].Name.Length > 0 ? $" <{address}>" : $" {address}") + comma);
        }
    }

    private static void AddName(FieldWriter field, string name)
    {
        if (name.Length == 0)
            return;
        string quoted = '"' + name.Replace("\\", "\\\\").Replace("\"", "\\\"") + '"';
        if (!IsPlain(name) || quoted.Length > FieldWriter.LineLength)
            AddEncoded(field, name);
        else if (!name.AsSpan().ContainsAnyExcept(AtomsAndBlank))
            AddText(field, name);
        else
            field.Add(' ' + quoted);
    }

    // RFC 2047 §6: what looks like an encoded-word is read as one. A blank at an end is lost on the way.
    private static bool IsPlain(string text)
        => !text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains("=?")
            && text.Trim(' ').Length == text.Length
            && Pieces(text).All(piece => piece.Length <= FieldWriter.LineLength);

    /// <summary>Words, each with the blanks before it; the first with one, behind the colon.</summary>
    private static IEnumerable<string> Pieces(string text)
    {
        string rest = ' ' + text;
        for (int start = 0; start < rest.Length;)
        {
            int word = start;
            while (word < rest.Length && rest[word] == ' ')
                word++;
            int end = rest.IndexOf(' ', word);
            end = end < 0 ? rest.Length : end;
            yield return rest[start..end];
            start = end;
        }
    }

    /// <summary>
    /// Text as encoded-words. The blanks between them are no text (§6.2), so that lines are folded there.
    /// </summary>
    public static void AddEncoded(FieldWriter field, string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        bool isQ = Costs(rest) <= (rest.Length + 2) / 3 * 4;
        while (!rest.IsEmpty)
        {
            if (field.Room < LeastRoom)
                field.Fold();
            int room = Math.Clamp(field.Room, LeastRoom, WordLimit);
            int length = WholeCharacters(rest, room - Frame, isQ);
            field.Add(isQ ? WordOfQ(rest[..length]) : $" =?utf-8?b?{Convert.ToBase64String(rest[..length])}?=");
            rest = rest[length..];
        }
    }

    /// <summary>Octets at the front that fit, of whole characters (§5).</summary>
    private static int WholeCharacters(ReadOnlySpan<byte> text, int room, bool isQ)
    {
        int length = 0;
        while (length < text.Length)
        {
            int end = length + 1;
            while (end < text.Length && (text[end] & 0xC0) == 0x80)
                end++;
            if ((isQ ? Costs(text[..end]) : (end + 2) / 3 * 4) > room)
                break;
            length = end;
        }
        return length;
    }

    /// <summary>Characters of the "Q" encoding (§4.2).</summary>
    private static int Costs(ReadOnlySpan<byte> text)
    {
        int cost = 0;
        foreach (byte octet in text)
            cost += PlainInWord.Contains(octet) ? 1 : 3;
        return cost;
    }

    private static string WordOfQ(ReadOnlySpan<byte> text)
    {
        var word = new StringBuilder(" ").Append(WordStart);
        foreach (byte octet in text)
            if (!PlainInWord.Contains(octet))
                word.Append('=').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            else
                word.Append(octet == ' ' ? '_' : (char)octet);
        return word.Append(WordEnd).ToString();
    }
}
