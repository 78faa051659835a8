namespace MailModule.Mime.Reading;

/// <summary>
/// A field with a value and parameters behind it (RFC 2045 §5.1, RFC 2183), as it is found in mail: a value without
/// quotes may have blanks in it.
/// </summary>
/// <param name="Value">What stands before the first semicolon, in small letters, without comments.</param>
/// <param name="HasMore">There are more parameters than were asked for.</param>
internal sealed record StructuredField(string Value, IReadOnlyList<FieldParameter> Parameters, bool HasMore)
{
    public static readonly StructuredField None = new("", [], false);

    /// <param name="text">Unfolded.</param>
    /// <param name="limit">Parameters at most.</param>
    public static StructuredField Read(string text, int limit)
    {
        var scanner = new FieldScanner(text);
        string value = scanner.ReadToken(isFree: false).ToLowerInvariant();
        var pieces = new ParameterPieces();
        int count = 0;
        while (scanner.TryReadSemicolon())
        {
            if (!scanner.TryReadName(out string name))
                continue;
            if (count++ == limit)
                return new StructuredField(value, pieces.Join(), HasMore: true);
            // The name of a file may have parentheses in it.
            bool isFree = name.StartsWith("filename", StringComparison.Ordinal)
                || name.StartsWith("name", StringComparison.Ordinal);
            pieces.Add(name, scanner.IsAtQuote ? scanner.ReadQuoted() : scanner.ReadToken(isFree));
        }
        return new StructuredField(value, pieces.Join(), HasMore: false);
    }

    /// <summary>The value of a parameter; null: there is none.</summary>
    /// <param name="name">In small letters.</param>
    public string? Find(string name)
    {
        foreach (FieldParameter parameter in Parameters)
            if (parameter.Name == name)
                return parameter.Value;
        return null;
    }
}
