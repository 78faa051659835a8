namespace MailModule.Policy;

/// <summary>
/// Values by domain: <c>example.org</c> is that domain alone, <c>.example.org</c> that one and all below it,
/// <c>*.example.org</c> those below it, <c>*</c> any. What names a domain more closely wins. Immutable; any thread.
/// </summary>
internal sealed class DomainTable<T>
    where T : class
{
    private readonly Dictionary<string, T> _exact = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, T> _withBelow = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, T> _below = new(StringComparer.OrdinalIgnoreCase);
    private readonly T? _any;

    /// <param name="rows">Patterns that <see cref="DomainPattern.IsRight"/>; of equal ones the last counts.</param>
    public DomainTable(IEnumerable<(string Pattern, T Value)> rows)
    {
        foreach ((string pattern, T value) in rows)
            if (pattern == "*")
                _any = value;
            else if (pattern.StartsWith("*.", StringComparison.Ordinal))
                _below[pattern[2..]] = value;
            else if (pattern[0] == '.')
                _withBelow[pattern[1..]] = value;
            else
                _exact[pattern] = value;
    }

    /// <summary>The value of a domain or an address literal; null: none.</summary>
    public T? Find(string domain)
    {
        if (domain.Length == 0)
            return null;
        if (_exact.TryGetValue(domain, out T? value) || _withBelow.TryGetValue(domain, out value))
            return value;
        if (_below.Count + _withBelow.Count == 0 || domain[0] == '[')
            return _any;
        for (int dot = domain.IndexOf('.'); dot >= 0; dot = domain.IndexOf('.', dot + 1))
            if (_below.TryGetValue(domain[(dot + 1)..], out value)
                || _withBelow.TryGetValue(domain[(dot + 1)..], out value))
                return value;
        return _any;
    }
}

/// <summary>How settings name domains (<see cref="DomainTable{T}"/>).</summary>
internal static class DomainPattern
{
    // RFC 5321 §4.5.3.1.2, RFC 1035 §2.3.4
    private const int DomainLimit = 255, LabelLimit = 63;

    public static bool IsRight(string text)
    {
        if (text == "*")
            return true;
        string domain = text.StartsWith("*.", StringComparison.Ordinal) ? text[2..]
            : text.StartsWith('.') ? text[1..]
            : text;
        return domain.Length is > 0 and <= DomainLimit && domain.Split('.').All(IsLabel);
    }

    private static bool IsLabel(string label)
        => label.Length is > 0 and <= LabelLimit && label.All(c => char.IsLetterOrDigit(c) || c is '-' or '_');
}
