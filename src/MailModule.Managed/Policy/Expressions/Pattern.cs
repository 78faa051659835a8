using System.Text.RegularExpressions;

namespace MailModule.Policy.Expressions;

/// <summary>
/// A regular expression of the old module's kind, run in time that grows only with the length of the text: a sender of
/// mail must not be able to make a user's pattern run for hours. Immutable; any thread.
/// </summary>
internal sealed class Pattern
{
    /// <summary>Characters of a pattern at most.</summary>
    public const int LengthLimit = 1024;

    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(2);

    private readonly Regex _regex;
    private readonly bool _keepsCaptures;

    private Pattern(Regex regex, bool keepsCaptures)
    {
        _regex = regex;
        _keepsCaptures = keepsCaptures;
    }

    /// <summary>
    /// Reads what stands between the slashes, and the letters after them: <c>i</c> any case, <c>c</c> the captures stay
    /// as they were, <c>v</c> accepted and without effect.
    /// </summary>
    public static bool TryParse(string text, string flags, out Pattern pattern, out string error)
    {
        pattern = null!;
        if (flags.AsSpan().ContainsAnyExcept("icv"))
            return Fail("a pattern's flags are i, c and v", out error);
        if (!PatternTranslator.TryTranslate(text, out string translated, out error))
            return false;
        // ^ and $ match at line ends too, as the old module's ^ does.
        RegexOptions options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Multiline;
        if (flags.Contains('i'))
            options |= RegexOptions.IgnoreCase;
        try
        {
            pattern = new Pattern(new Regex(translated, options, MatchTimeout), flags.Contains('c'));
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return Fail("not a regular expression", out error);
        }
    }

    /// <summary>Whether a text matches; if it does the captures are set. Null: it took too long.</summary>
    public bool? Matches(string text, Captures captures)
    {
        try
        {
            if (_keepsCaptures)
                return _regex.IsMatch(text);
            Match match = _regex.Match(text);
            if (match.Success)
                captures.Set(text, match);
            return match.Success;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    private static bool Fail(string reason, out string error)
    {
        error = reason;
        return false;
    }
}
