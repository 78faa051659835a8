namespace MailModule.Authentication.Spf;

/// <summary>A record, parsed whole (RFC 7208 §4.5, §4.6). Immutable.</summary>
internal sealed class SpfRecord
{
    private const string Version = "v=spf1";

    /// <summary>Characters of a term that a message about it has.</summary>
    private const int ShownLimit = 80;

    private readonly List<SpfDirective> _directives = [];

    private SpfRecord()
    {
    }

    /// <summary>In the record's order, which is that of evaluation.</summary>
    public IReadOnlyList<SpfDirective> Directives => _directives;

    /// <summary>redirect=; null: there is none.</summary>
    public MacroText? Redirect { get; private set; }

    /// <summary>exp=; null: there is none.</summary>
    public MacroText? Explanation { get; private set; }

    // RFC 7208 §4.5: the version ends with a blank or with the record, so that v=spf10 is another one.
    public static bool IsOne(string text)
        => text.StartsWith(Version, StringComparison.OrdinalIgnoreCase)
            && (text.Length == Version.Length || text[Version.Length] == ' ');

    /// <summary>Parses what <see cref="IsOne"/> has chosen.</summary>
    /// <param name="wrong">For a human; empty: nothing is wrong.</param>
    /// <returns>Null: some term is wrong, wherever it stands (RFC 7208 §4.6).</returns>
    public static SpfRecord? Parse(string text, out string wrong)
    {
        var record = new SpfRecord();
        wrong = "";
        ReadOnlySpan<char> terms = text.AsSpan(Version.Length);
        // RFC 7208 §4.6.1: blanks alone divide terms.
        foreach (Range range in terms.Split(' '))
        {
            string term = terms[range].ToString();
            if (term.Length == 0 || record.TryAdd(term))
                continue;
            wrong = $"\"{Shown(term)}\" is not understood";
            return null;
        }
        return record;
    }

    private static string Shown(string term)
        => string.Create(Math.Min(term.Length, ShownLimit), term, (shown, from) =>
        {
            for (int i = 0; i < shown.Length; i++)
                shown[i] = from[i] is > ' ' and < '\x7f' ? from[i] : '?';
        });

    private bool TryAdd(string term)
    {
        // RFC 7208 §4.6.1: a modifier has its "=" before any ":" or "/".
        int end = term.AsSpan().IndexOfAny(':', '/', '=');
        if (end >= 0 && term[end] == '=')
            return TryAddModifier(term[..end], term[(end + 1)..]);
        if (SpfDirective.Parse(term) is not { } directive)
            return false;
        _directives.Add(directive);
        return true;
    }

    private bool TryAddModifier(string name, string value)
    {
        string known = name.ToLowerInvariant();
        MacroUse use = known is "redirect" or "exp" ? MacroUse.DomainSpec : MacroUse.Unknown;
        if (!IsName(name) || !MacroText.TryParse(value, use, out MacroText text))
            return false;
        // RFC 7208 §6: each of the two at most once.
        switch (known)
        {
            case "redirect":
                bool isFirst = Redirect is null;
                Redirect = text;
                return isFirst;
            case "exp":
                isFirst = Explanation is null;
                Explanation = text;
                return isFirst;
            default:
                return true;
        }
    }

    // RFC 7208 §12: name.
    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return false;
        return !name.IsEmpty && char.IsAsciiLetter(name[0]);
    }
}
