using System.Globalization;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Settings;

/// <summary>Makes values of text by the table's rows. An error never shows the text.</summary>
internal static class SettingReader
{
    /// <summary>Reads a value of a row that is no list.</summary>
    public static bool TryRead(Setting row, string text, string folder, out SettingValue value, out string error)
    {
        long number = 0;
        error = row.Kind switch
        {
            SettingKind.Flag => text is "0" or "1" ? "" : "a flag is 1 or 0",
            SettingKind.Number => TryReadNumber(row, text, out number) ? "" : Limits(row),
            SettingKind.Choice => TryReadWord(row, text, out number)
                ? ""
                : $"not one of {string.Join(", ", row.Words)}",
            _ => ProblemOf(row, text, folder) ?? "",
        };
        if (row.Kind == SettingKind.Flag)
            number = text == "1" ? 1 : 0;
        value = new SettingValue(text, number, folder);
        return error.Length == 0;
    }

    /// <summary>Reads one value of a list.</summary>
    public static bool TryReadItem(Setting row, string text, string folder, out SettingListItem item, out string error)
    {
        error = text.Any(char.IsControl) ? "a control character" : ProblemOf(row, text, folder) ?? "";
        item = new SettingListItem(NameOf(row, text), text, folder);
        return error.Length == 0;
    }

    // A user is known by name, a list by its address and a domain by itself, both in any case, a mailbox elsewhere by
    // where it is; anything else by its whole text.
    public static string NameOf(Setting row, string text)
    {
        if (row == Keys.LocalDomain || row == Keys.Routes.RelayDomain)
            return text.ToLowerInvariant();
        if (row == Keys.Fetching.Fetch)
            return FetchSetting.NameOf(text);
        int end = text.IndexOf(';');
        string name = end < 0 ? text : text[..end];
        if (row == Keys.User || row == Keys.Routes.Quota)
            return name;
        return row == Keys.List ? name.Trim().ToLowerInvariant() : text;
    }

    private static bool TryReadNumber(Setting row, string text, out long number)
    {
        number = 0;
        if (text.Length == 0 || text.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0)
            return false;
        // What has no upper bound takes numbers that no machine can count to.
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number))
            number = row.Most == long.MaxValue ? long.MaxValue : -1;
        return number >= row.Least && number <= row.Most;
    }

    private static string Limits(Setting row)
        => row.Most == long.MaxValue
            ? $"not a number from {row.Least}"
            : $"not a number from {row.Least} to {row.Most}";

    private static bool TryReadWord(Setting row, string text, out long number)
    {
        number = Array.FindIndex(row.Words, word => word.Equals(text, StringComparison.OrdinalIgnoreCase))
            + row.FirstWord;
        if (number >= row.FirstWord)
            return true;
        bool isNumber = row.FirstWord > 0
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int given)
            && given >= row.FirstWord && (number = given) < row.FirstWord + row.Words.Length;
        return isNumber;
    }

    private static string? ProblemOf(Setting row, string text, string folder)
    {
        if (text.Length > row.LengthLimit)
            return $"longer than {row.LengthLimit} characters";
        if (text.Any(c => char.IsControl(c) && c is not ('\t' or '\n')))
            return "a control character";
        if (row.Kind == SettingKind.Path && FilePath.Problem(text) is { } problem)
            return problem;
        return row.Check?.Invoke(text, folder);
    }
}
