using System.Buffers;

namespace MailModule.Authentication;

/// <summary>
/// A list of tags, "name=value; name=value" (RFC 6376 §3.2), as signatures, key records, ARC's fields and DMARC's
/// records are. Text is octets as Latin-1: UTF-8 stays readable (RFC 8616 §3). Pure; cannot be changed.
/// </summary>
internal sealed class TagList
{
    /// <summary>Tags of a list; one with more is none. Known are some fifteen.</summary>
    public const int TagLimit = 100;

    private const int UsualCount = 12;

    private static readonly char[] s_blanks = [' ', '\t', '\r', '\n'];

    private static readonly string[] s_letters
        = [.. Enumerable.Range(0, 128).Select(letter => ((char)letter).ToString())];

    private readonly List<Tag> _tags = new(UsualCount);

    private TagList()
    {
    }

    /// <summary>In the order in which they stand.</summary>
    public IReadOnlyList<Tag> Tags => _tags;

    /// <summary>False: it is no such list, or it has a name twice, which makes the whole invalid.</summary>
    public static bool TryParse(string text, out TagList list)
    {
        list = new TagList();
        for (int at = 0; at < text.Length;)
        {
            int end = text.IndexOf(';', at);
            end = end < 0 ? text.Length : end;
            bool isLast = end >= text.Length - 1 || IsBlank(text.AsSpan(end + 1));
            // RFC 6376 §3.2: a ";" may stand behind the last one, and nowhere else without a tag before it
            if (!list.TryAdd(text, at, end))
                return false;
            if (isLast)
                break;
            at = end + 1;
        }
        return list._tags.Count > 0;
    }

    /// <summary>The value of a tag; null: it is not there.</summary>
    public string? Find(string name)
    {
        foreach (Tag tag in _tags)
            if (tag.Name == name)
                return tag.Value;
        return null;
    }

    /// <summary>A tag with its place; false: it is not there.</summary>
    public bool TryFind(string name, out Tag found)
    {
        foreach (Tag tag in _tags)
        {
            found = tag;
            if (tag.Name == name)
                return true;
        }
        found = default;
        return false;
    }

    /// <summary>Without the white space that folding may have put anywhere in it, as in base64 (§2.10).</summary>
    public static string WithoutBlanks(string value)
    {
        if (value.AsSpan().IndexOfAny(" \t\r\n") < 0)
            return value;
        char[] letters = ArrayPool<char>.Shared.Rent(value.Length);
        int length = 0;
        foreach (char letter in value)
            if (!IsBlank(letter))
                letters[length++] = letter;
        string text = new(letters, 0, length);
        ArrayPool<char>.Shared.Return(letters);
        return text;
    }

    /// <summary>The parts of a list with colons between (h=, q=, t=, s=), without blanks around them.</summary>
    public static string[] Split(string value)
        // TrimEntries would take what Unicode calls white space, and these are octets.
        => Array.ConvertAll(value.Split(':'), part => part.Trim(s_blanks));

    private bool TryAdd(string text, int start, int end)
    {
        int equals = text.IndexOf('=', start, end - start);
        if (equals < 0 || _tags.Count == TagLimit)
            return false;
        string name = NameOf(text.AsSpan(start, equals - start).Trim(s_blanks));
        string value = text.AsSpan(equals + 1, end - equals - 1).Trim(s_blanks).ToString();
        if (!IsName(name) || !IsValue(value) || Find(name) is not null)
            return false;
        _tags.Add(new Tag(name, value, equals + 1, end));
        return true;
    }

    /// <summary>Most names have one letter; a text for each is made once.</summary>
    private static string NameOf(ReadOnlySpan<char> name)
        => name is [var letter] && letter < s_letters.Length ? s_letters[letter] : name.ToString();

    // RFC 6376 §3.2: tag-name = ALPHA *(ALPHA / DIGIT / "_")
    private static bool IsName(string name)
    {
        foreach (char letter in name)
            if (!char.IsAsciiLetterOrDigit(letter) && letter != '_')
                return false;
        return name.Length > 0 && char.IsAsciiLetter(name[0]);
    }

    // RFC 6376 §3.2: VALCHAR and white space; RFC 6532 §3.1 adds UTF-8
    private static bool IsValue(string value)
    {
        if (value.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0)
            return true;
        foreach (char letter in value)
            if (letter < ' ' && !IsBlank(letter) || letter == '\x7f')
                return false;
        return true;
    }

    private static bool IsBlank(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(" \t\r\n") < 0;

    private static bool IsBlank(char letter) => letter is ' ' or '\t' or '\r' or '\n';
}
