using System.Text;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// The lines of a forward file: without blanks around them, and one whose end is a blank and a backslash together with
/// the next.
/// </summary>
internal static class ScriptLines
{
    /// <summary>Each with the number of its first line, from 1.</summary>
    public static IEnumerable<(int Number, string Line)> Of(string text)
    {
        var joined = new StringBuilder();
        int number = 0, first = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            if (joined.Length == 0)
                first = number;
            string plain = line.Trim(' ', '\t', '\r');
            if (IsContinued(plain))
            {
                joined.Append(plain.AsSpan(0, plain.Length - 1));
                continue;
            }
            yield return (first, joined.Append(plain).ToString().Trim(' ', '\t'));
            joined.Clear();
        }
        if (joined.Length > 0)
            yield return (first, joined.ToString().Trim(' ', '\t'));
    }

    private static bool IsContinued(string line)
        => line.EndsWith(" \\", StringComparison.Ordinal) || line.EndsWith("\t\\", StringComparison.Ordinal);
}
