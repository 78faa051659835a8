using System.Buffers;
using System.Runtime.InteropServices;

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

    private static readonly SearchValues<char> s_controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0x80).Select(code => (char)code).Where(char.IsControl).Except(Blanks)]);

    private const string Blanks = " \t\r\n";

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
        // RFC 6376 §3.2: VALCHAR and white space; RFC 6532 §3.1 adds UTF-8
        if (text.AsSpan().ContainsAny(s_controls))
            return false;
        // RFC 6376 §3.2: a ";" may stand behind the last one, and nowhere else without a tag before it
        ReadOnlySpan<char> tags = text.AsSpan(0, EndOf(text, text.Length));
        tags = tags is [.. var closed, ';'] ? closed : text;
        int at = 0;
        for (int length = tags.IndexOf(';'); length >= 0; length = tags[at..].IndexOf(';'))
        {
            if (!list.TryAdd(text, at, at + length))
                return false;
            at += length + 1;
        }
        return list.TryAdd(text, at, tags.Length);
    }

    /// <summary>The value of a tag; null: it is not there.</summary>
    public string? Find(string name) => TryFind(name, out Tag tag) ? tag.Value.ToString() : null;

    /// <summary>A tag with its place; false: it is not there.</summary>
    public bool TryFind(string name, out Tag found)
    {
        foreach (ref readonly Tag tag in CollectionsMarshal.AsSpan(_tags))
            if (tag.Name[0] == name[0] && tag.Name == name)
            {
                found = tag;
                return true;
            }
        found = default;
        return false;
    }

    /// <summary>Without the white space that folding may have put anywhere in it, as in base64 (§2.10).</summary>
    public static string WithoutBlanks(string value)
        => value.AsSpan().IndexOfAny(Blanks) < 0 ? value : WithoutBlanks(value.AsSpan(), value.Length);

    /// <inheritdoc cref="WithoutBlanks(string)"/>
    /// <param name="limit">Characters at most.</param>
    public static string WithoutBlanks(ReadOnlySpan<char> value, int limit)
    {
        char[] letters = ArrayPool<char>.Shared.Rent(Math.Min(value.Length, limit));
        int length = 0;
        for (int at = 0; at < value.Length && length < limit; at++)
            if (!IsBlank(value[at]))
                letters[length++] = value[at];
        string text = new(letters, 0, length);
        ArrayPool<char>.Shared.Return(letters);
        return text;
    }

    /// <summary>The parts of a list with colons between (h=, q=, t=, s=), without blanks around them.</summary>
    public static string[] Split(string value)
        // TrimEntries would take what Unicode calls white space, and these are octets.
        => Array.ConvertAll(value.Split(':'), part => part.AsSpan().Trim(Blanks).ToString());

    private bool TryAdd(string text, int start, int end)
    {
        int equals = text.IndexOf('=', start, end - start);
        if (equals < 0 || _tags.Count == TagLimit)
            return false;
        string name = NameOf(WithoutBlanksAround(text, start, equals).Span);
        if (!IsName(name) || TryFind(name, out _))
            return false;
        _tags.Add(new Tag(name, WithoutBlanksAround(text, equals + 1, end), equals + 1, end));
        return true;
    }

    private static ReadOnlyMemory<char> WithoutBlanksAround(string text, int start, int end)
    {
        while (start < end && IsBlank(text[start]))
            start++;
        return text.AsMemory(start, Math.Max(start, EndOf(text, end)) - start);
    }

    /// <summary>The end of what stands before <paramref name="end"/>, without the blanks there.</summary>
    private static int EndOf(string text, int end)
    {
        while (end > 0 && IsBlank(text[end - 1]))
            end--;
        return end;
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

    private static bool IsBlank(char letter) => letter is ' ' or '\t' or '\r' or '\n';
}
