using System.Text;
using MailModule.Mime;
using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>A header field that a host puts in front of a message.</summary>
internal static class HeaderField
{
    private const int MostValueOctets = 2000;
    private const int MostNameLength = 76;

    // RFC 5322 §2.1.1, without CRLF
    private const int MostLineOctets = 998;

    /// <summary>The field with its CRLF, folded at blanks (RFC 5322 §2.2.3).</summary>
    /// <param name="utf8">The message may have UTF-8 in its header (RFC 6532); else what is not ASCII becomes
    /// encoded-words (RFC 2047).</param>
    public static Fault TryWrite(string name, string value, bool utf8, out string field)
    {
        field = "";
        // RFC 5322 §2.2: printable ASCII without the colon
        if (name.Length is 0 or > MostNameLength || name.Any(static c => c is <= ' ' or > '~' or ':'))
            return FaultReason.Because(Fault.Argument, "name: 1 to 76 printable characters of ASCII, no colon");
        if (value.Any(static c => char.IsControl(c) && c != '\t'))
            return FaultReason.Because(Fault.Argument, "value: no CR, LF, NUL or other control");
        if (Encoding.UTF8.GetByteCount(value) > MostValueOctets)
            return FaultReason.Because(Fault.Argument, $"value: at most {MostValueOctets} octets");
        string text = Fold(name, value, utf8);
        if (text.Split("\r\n").Any(static line => Encoding.UTF8.GetByteCount(line) > MostLineOctets))
            return FaultReason.Because(
                Fault.Argument, $"value: a word makes a line of more than {MostLineOctets} octets");
        field = text;
        return Fault.None;
    }

    // What is ASCII stays as it is: a field that programs read has no encoded-words, and a host may have made its own.
    private static string Fold(string name, string value, bool utf8)
    {
        var field = new FieldWriter(name);
        string[] words = value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            if (utf8 || Ascii.IsValid(words[i]))
            {
                field.Add(' ' + words[i]);
                continue;
            }
            // RFC 2047 §6.2: blanks between encoded-words are no text, so those between such words are encoded too
            int first = i;
            while (i + 1 < words.Length && !Ascii.IsValid(words[i + 1]))
                i++;
            HeaderText.AddEncoded(field, string.Join(' ', words[first..(i + 1)]));
        }
        return field.ToString();
    }
}
