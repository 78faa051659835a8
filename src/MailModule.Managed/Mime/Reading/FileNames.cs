using System.Text;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Mime.Reading;

/// <summary>Names of files that a sender has chosen.</summary>
internal static class FileNames
{
    private const int LengthLimit = 120;
    private const int ExtensionLimit = 20;

    /// <summary>
    /// The last name of a path, fit for a file on every system: no separator, nothing that hides it or that shows it as
    /// another name, none that Windows keeps for a device. Empty if nothing is left.
    /// </summary>
    public static string MakeSafe(string name)
    {
        var safe = new StringBuilder();
        foreach (char c in name[(name.LastIndexOfAny(['/', '\\']) + 1)..])
            safe.Append(IsUsable(c) ? c : '_');
        string text = Cut(safe.ToString().Trim(' ', '.', '\u00A0'));
        return text.Length > 0 && WindowsName.Problem(text) is not null ? "_" + text : text;
    }

    // Marks of direction (U+202A and others) make "gpj.exe" look like "exe.jpg".
    private static bool IsUsable(char c)
        => !char.IsControl(c) && !"<>:\"|?*\uFFFD\uFEFF".Contains(c)
            && c is not (>= '\u200B' and <= '\u200F' or >= '\u2028' and <= '\u202E' or >= '\u2060' and <= '\u206F');

    private static string Cut(string name)
    {
        if (name.Length <= LengthLimit)
            return name;
        int dot = name.LastIndexOf('.');
        string extension = dot > 0 && name.Length - dot <= ExtensionLimit ? name[dot..] : "";
        int length = LengthLimit - extension.Length;
        if (char.IsHighSurrogate(name[length - 1]))
            length--;
        return name[..length].TrimEnd(' ', '.') + extension;
    }
}
