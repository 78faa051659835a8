using System.Buffers;
using System.Text;
using MailModule.Dns;

namespace MailModule.Authentication.Results;

/// <summary>Values of the results' fields as their grammars have them: bare where they may be, or in quotes.</summary>
internal static class FieldValue
{
    /// <summary>Characters of a value that are written; a line has 998 octets (RFC 5322 §2.1.1).</summary>
    private const int ValueLimit = 300;

    /// <summary>Characters of a reason that are written.</summary>
    private const int ReasonLimit = 200;

    // RFC 2045 §5.1
    private static readonly SearchValues<char> s_token = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`{|}~");

    // RFC 5322 §3.2.3
    private static readonly SearchValues<char> s_dotAtom = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.");

    /// <summary>A value of RFC 8601 §2.2: a token, or a quoted-string.</summary>
    public static string Value(string text) => IsAll(text, s_token) ? Cut(text, ValueLimit) : Quote(text, ValueLimit);

    /// <summary>A value of RFC 7208 §9.1: a dot-atom, or a quoted-string.</summary>
    public static string DotAtom(string text)
        => IsAll(text, s_dotAtom) && text.Length <= ValueLimit && text[0] != '.' && text[^1] != '.'
            && !text.Contains("..", StringComparison.Ordinal) ? text : Quote(text, ValueLimit);

    /// <summary>A reason for a human, in quotes; with words that a field may be folded between.</summary>
    public static string Reason(string text) => Quote(text, ReasonLimit);

    /// <summary>A comment in its parentheses (RFC 5322 §3.2.2), none inside it.</summary>
    public static string Comment(string text)
    {
        if (text.Length <= ReasonLimit && text.AsSpan().IndexOfAny('(', ')', '\\') < 0)
            return $"({text})";
        var comment = new StringBuilder("(");
        foreach (char c in Cut(text, ReasonLimit))
            comment.Append(c is '(' or ')' or '\\' ? '?' : c);
        return comment.Append(')').ToString();
    }

    /// <summary>A domain in A-labels; as it is where it is none.</summary>
    public static string Domain(string text)
        => !Ascii.IsValid(text) && DnsName.TryNormalize(text, out string name) ? Value(name) : Value(text);

    /// <summary>
    /// An address (RFC 8601 §2.2: [local-part] "@" domain). Of one that is too long or beyond ASCII the domain alone is
    /// told, for who reads the field need not know of RFC 6532.
    /// </summary>
    public static string Address(string text)
    {
        int at = text.LastIndexOf('@');
        if (at < 0)
            return Domain(text);
        string local = text[..at], domain = Domain(text[(at + 1)..]);
        if (text.Length > ValueLimit || !Ascii.IsValid(local))
            return domain;
        if (domain[0] == '"')
            return Quote(text, ValueLimit);
        bool isPlain = local.Length == 0 || DotAtom(local) == local;
        return isPlain ? $"{local}@{domain}" : Quote($"{local}@{domain}", ValueLimit);
    }

    private static bool IsAll(string text, SearchValues<char> characters)
        => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(characters);

    private static string Quote(string text, int limit)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in Cut(text, limit))
        {
            if (c is '"' or '\\')
                quoted.Append('\\');
            quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }

    private static string Cut(string text, int limit) => text.Length <= limit ? text : text[..limit];
}
