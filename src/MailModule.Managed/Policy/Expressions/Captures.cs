using System.Text.RegularExpressions;

namespace MailModule.Policy.Expressions;

/// <summary>What the last match took out of the text it was made on: <c>$1</c> to <c>$9</c>, <c>$+</c> (the last group
/// that took part), <c>$`</c> and <c>$'</c> (before and after the match). One thread.</summary>
internal sealed class Captures
{
    private readonly string[] _groups = new string[10];
    private int _last;

    public string Before { get; private set; } = "";
    public string After { get; private set; } = "";

    /// <summary>The value of a capture variable by its name without the <c>$</c>; null if the name is none.</summary>
    public string? Find(string name) => name switch
    {
        [>= '1' and <= '9'] => _groups[name[0] - '0'] ?? "",
        "+" => _groups[_last] ?? "",
        "`" => Before,
        "'" => After,
        _ => null,
    };

    /// <summary>Whether a name is a capture variable's.</summary>
    public static bool IsName(string name) => name is [>= '1' and <= '9'] or "+" or "`" or "'";

    internal void Set(string text, Match match)
    {
        Array.Clear(_groups);
        _last = 0;
        for (int i = 1; i < Math.Min(match.Groups.Count, _groups.Length); i++)
        {
            if (!match.Groups[i].Success)
                continue;
            _groups[i] = match.Groups[i].Value;
            _last = i;
        }
        Before = text[..match.Index];
        After = text[(match.Index + match.Length)..];
    }
}
