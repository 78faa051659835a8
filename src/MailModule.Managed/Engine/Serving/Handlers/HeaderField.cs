using System.Text;
using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>A header field that a host puts in front of a message.</summary>
internal static class HeaderField
{
    private const int MostValueOctets = 2000;
    private const int MostNameLength = 76;

    // RFC 5322 §2.1.1
    private const int LineLength = 78;

    /// <summary>The field with its CRLF, folded at blanks (RFC 5322 §2.2.3).</summary>
    public static Fault TryWrite(string name, string value, out string field)
    {
        field = "";
        // RFC 5322 §2.2: printable ASCII without the colon
        if (name.Length is 0 or > MostNameLength || name.Any(static c => c is <= ' ' or > '~' or ':'))
            return FaultReason.Because(Fault.Argument, "name: 1 to 76 printable characters of ASCII, no colon");
        if (value.Any(static c => char.IsControl(c) && c != '\t'))
            return FaultReason.Because(Fault.Argument, "value: no CR, LF, NUL or other control");
        if (Encoding.UTF8.GetByteCount(value) > MostValueOctets)
            return FaultReason.Because(Fault.Argument, $"value: at most {MostValueOctets} octets");
        field = Fold($"{name}:", value);
        return Fault.None;
    }

    private static string Fold(string start, string value)
    {
        var text = new StringBuilder(start);
        int line = start.Length;
        foreach (string word in value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            bool isFolded = line + 1 + word.Length > LineLength && line > start.Length;
            if (isFolded)
                text.Append("\r\n");
            text.Append(' ').Append(word);
            line = (isFolded ? 0 : line) + 1 + word.Length;
        }
        return text.Append("\r\n").ToString();
    }
}
