namespace MailModule.Authentication.Spf;

/// <summary>A literal or a macro of a text (RFC 7208 §7.1).</summary>
/// <param name="Letter">Of the macro, as it is written; NUL: a literal; "%": what %%, %_ or %- stand for.</param>
/// <param name="Text">A literal's text; the delimiters of a macro, "." where it names none.</param>
/// <param name="Count">Parts that are kept, from the right; 0: all.</param>
internal readonly record struct MacroPart(char Letter, string Text, int Count = 0, bool IsReversed = false)
{
    public bool IsLiteral => Letter is '\0' or '%';

    /// <summary>Whether it stands for the sender's local part, or has it in it.</summary>
    public bool HasLocalPart => Letter is 's' or 'S' or 'l' or 'L';

    public string Expand(MacroValues values)
    {
        if (IsLiteral)
            return Text;
        string value = values.Of(char.ToLowerInvariant(Letter));
        if (Count > 0 || IsReversed || Text != ".")
            value = Transform(value);
        // RFC 7208 §7.3: an upper-case letter has its value escaped as in a URL.
        return char.IsAsciiLetterUpper(Letter) ? Uri.EscapeDataString(value) : value;
    }

    private string Transform(string value)
    {
        string[] parts = value.Split(Text.ToCharArray());
        if (IsReversed)
            Array.Reverse(parts);
        return string.Join('.', Count == 0 ? parts : parts.TakeLast(Count));
    }
}
