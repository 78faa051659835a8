using System.Globalization;
using System.Text;

namespace MailModule.Authentication.Spf;

/// <summary>A text with macros, parsed: a domain-spec or an explanation (RFC 7208 §7). Immutable.</summary>
internal sealed class MacroText
{
    /// <summary>RFC 7208 §7.3: a longer name loses labels, from the left.</summary>
    private const int NameLimit = 253;

    /// <summary>An explanation is for a reply: what is longer than some lines is cut.</summary>
    public const int ExplanationLimit = 500;

    private const string Letters = "slodipvh", ExplanationLetters = "slodipvhcrt", Delimiters = ".-+,/_=";

    private readonly MacroPart[] _parts;

    private MacroText(MacroPart[] parts) => _parts = parts;

    /// <summary>It has %{p}, which costs questions.</summary>
    public bool HasClientName => Array.Exists(_parts, part => part.Letter is 'p' or 'P');

    /// <summary>It has the sender's local part in it.</summary>
    public bool HasLocalPart => Array.Exists(_parts, part => part.HasLocalPart);

    /// <summary>False: the syntax is wrong, or it has what is not allowed there.</summary>
    public static bool TryParse(string text, MacroUse use, out MacroText macros)
    {
        List<MacroPart> parts = [];
        macros = new MacroText([]);
        for (int at = 0; at < text.Length;)
        {
            if (!TryParsePart(text, ref at, use, out MacroPart part))
                return false;
            parts.Add(part);
        }
        if (use == MacroUse.DomainSpec && !IsEndOfDomain(parts))
            return false;
        macros = new MacroText([.. parts]);
        return true;
    }

    /// <summary>
    /// The name that it stands for, as text, at most 253 characters. The time it takes does not grow with the text:
    /// only the end is expanded that can be part of a name.
    /// </summary>
    public string ExpandName(MacroValues values)
    {
        Stack<string> end = [];
        int length = 0;
        // One character more for a final dot, one for the dot behind what is cut off.
        for (int i = _parts.Length - 1; i >= 0 && length <= NameLimit + 2; i--)
        {
            end.Push(_parts[i].Expand(values));
            length += end.Peek().Length;
        }
        string name = string.Concat(end);
        if (name.EndsWith('.'))
            name = name[..^1];
        while (name.Length > NameLimit)
            name = name[(name.IndexOf('.', name.Length - NameLimit - 1) is >= 0 and int dot ? dot + 1 : name.Length)..];
        return name;
    }

    /// <summary>
    /// The explanation, at most <see cref="ExplanationLimit"/> characters of visible ASCII and blanks: what else the
    /// values have becomes "?".
    /// </summary>
    public string ExpandExplanation(MacroValues values)
    {
        var text = new StringBuilder();
        foreach (MacroPart part in _parts)
        {
            if (text.Length >= ExplanationLimit)
                break;
            foreach (char c in part.Expand(values))
                text.Append(c is >= ' ' and < '\x7f' ? c : '?');
        }
        text.Length = Math.Min(text.Length, ExplanationLimit);
        return text.ToString();
    }

    private static bool TryParsePart(string text, ref int at, MacroUse use, out MacroPart part)
    {
        int start = at;
        if (text[at] == '%')
            return TryParseMacro(text, ref at, use, out part);
        while (at < text.Length && text[at] != '%' && IsLiteral(text[at], use))
            at++;
        part = new MacroPart('\0', text[start..at]);
        return at > start;
    }

    // RFC 7208 §7.1: macro-literal; explain-string has blanks too.
    private static bool IsLiteral(char c, MacroUse use)
        => c is > ' ' and < '\x7f' || (c == ' ' && use == MacroUse.Explanation);

    private static bool TryParseMacro(string text, ref int at, MacroUse use, out MacroPart part)
    {
        char kind = at + 1 < text.Length ? text[at + 1] : '\0';
        at += 2;
        part = new MacroPart('%', kind switch { '%' => "%", '_' => " ", '-' => "%20", _ => "" });
        if (kind != '{')
            return part.Text.Length > 0;
        int end = text.IndexOf('}', at);
        bool isRead = end > at && TryParseExpression(text.AsSpan(at, end - at), use, out part);
        at = end + 1;
        return isRead;
    }

    // RFC 7208 §7.1: macro-letter transformers *delimiter.
    private static bool TryParseExpression(ReadOnlySpan<char> text, MacroUse use, out MacroPart part)
    {
        char letter = text[0];
        text = text[1..];
        int digits = text.IndexOfAnyExceptInRange('0', '9') is >= 0 and int end ? end : text.Length;
        int count = 0;
        bool isRight = digits == 0 || TryReadCount(text[..digits], out count);
        text = text[digits..];
        bool isReversed = text is ['r' or 'R', ..];
        text = isReversed ? text[1..] : text;
        part = new MacroPart(letter, text.IsEmpty ? "." : text.ToString(), count, isReversed);
        string letters = use == MacroUse.Explanation ? ExplanationLetters : Letters;
        return isRight && letters.Contains(letter, StringComparison.OrdinalIgnoreCase)
            && !text.ContainsAnyExcept(Delimiters);
    }

    /// <summary>RFC 7208 §7.3: not zero; more parts than there are is all of them.</summary>
    private static bool TryReadCount(ReadOnlySpan<char> digits, out int count)
    {
        digits = digits.TrimStart('0');
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count))
            count = int.MaxValue;
        return !digits.IsEmpty;
    }

    // RFC 7208 §7.1: domain-end = ( "." toplabel [ "." ] ) / macro-expand.
    private static bool IsEndOfDomain(List<MacroPart> parts)
    {
        if (parts is not [.., { Letter: '\0' } last])
            return parts.Count > 0;
        ReadOnlySpan<char> text = last.Text;
        text = text[^1] == '.' ? text[..^1] : text;
        int dot = text.LastIndexOf('.');
        return dot >= 0 && IsTopLabel(text[(dot + 1)..]);
    }

    /// <summary>Letters, digits and, inside, hyphens; not digits alone.</summary>
    private static bool IsTopLabel(ReadOnlySpan<char> label)
    {
        bool isRight = label.Length > 0 && label[0] != '-' && label[^1] != '-', hasOther = false;
        foreach (char c in label)
        {
            isRight &= char.IsAsciiLetterOrDigit(c) || c == '-';
            hasOther |= !char.IsAsciiDigit(c);
        }
        return isRight && hasOther;
    }
}
