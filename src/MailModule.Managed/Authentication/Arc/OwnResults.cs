using System.Text;
using MailModule.Authentication.Results;

namespace MailModule.Authentication.Arc;

/// <summary>
/// What this host has found out about a message when it came, as its Authentication-Results fields say: those of its
/// name above all Received fields, joined in order (RFC 8617 §4.1.1). What stands below the Received field of this host
/// came with the message, and may have been written by anybody (RFC 8601 §5). A value.
/// </summary>
/// <param name="Text">The results, words with one blank between; empty: there are none.</param>
/// <param name="Chain">The result for arc; empty: none is told.</param>
internal readonly record struct OwnResults(string Text, string Chain)
{
    /// <summary>Characters of the results at most; a field of them goes into each message.</summary>
    private const int TextLimit = 16 * 1024;

    /// <summary>Characters of a word at most: a field is folded between them, and a line has 998 (RFC 5322 §2.1.1).
    /// </summary>
    private const int WordLimit = 900;

    private const string Name = "Authentication-Results";
    private const string NoResult = "none";

    /// <summary>It is more than goes into a message.</summary>
    public bool IsTooLong => Text.Length > TextLimit || Text.Split(' ').Any(word => word.Length > WordLimit);

    /// <param name="authServId">Our name in such fields; in any case.</param>
    public static OwnResults Of(HeaderSection header, string authServId)
    {
        var texts = new List<string>();
        string chain = "";
        int end = First(header, "Received");
        for (int index = header.Last(Name); index >= 0; index = header.Before(index))
        {
            if (end >= 0 && index > end)
                continue;
            ReadOnlySpan<byte> value = header.Value(index);
            if (!ReportedResults.TryParse(value, out ReportedResults read)
                || !read.AuthServId.Equals(authServId, StringComparison.OrdinalIgnoreCase))
                continue;
            texts.Insert(0, ResultsOf(FieldWords.Unfold(value)));
            chain = read.Results.FirstOrDefault(one => one.Method == "arc")?.Result ?? chain;
        }
        return new OwnResults(Join(texts), chain);
    }

    /// <summary>Results that are given: what stands behind the authserv-id of such a field.</summary>
    public static OwnResults OfText(string text)
    {
        string unfolded = FieldWords.Unfold(Encoding.UTF8.GetBytes(text));
        bool isRead = ReportedResults.TryParse(Encoding.UTF8.GetBytes($"x; {unfolded}"), out ReportedResults read);
        return isRead
            ? new OwnResults(
                unfolded, read.Results.FirstOrDefault(one => one.Method == "arc")?.Result ?? "")
            : new OwnResults("", "");
    }

    private static int First(HeaderSection header, string name)
    {
        int first = header.Last(name);
        for (int index = first; index >= 0; index = header.Before(index))
            first = index;
        return first;
    }

    // A field without any result says so, which means nothing beside one that has some.
    private static string Join(List<string> texts)
    {
        List<string> some = [.. texts.Where(text => text != NoResult)];
        return some.Count > 0 ? string.Join("; ", some) : texts.Count > 0 ? NoResult : "";
    }

    // What follows the first semicolon that stands in neither quotes nor a comment.
    private static string ResultsOf(string value)
    {
        bool isQuoted = false;
        int depth = 0;
        for (int at = 0; at < value.Length; at++)
            switch (value[at])
            {
                case '\\':
                    at++;
                    break;
                case '"' when depth == 0:
                    isQuoted = !isQuoted;
                    break;
                case '(' when !isQuoted:
                    depth++;
                    break;
                case ')' when !isQuoted:
                    depth--;
                    break;
                case ';' when !isQuoted && depth == 0:
                    return value[(at + 1)..].Trim(' ', ';');
            }
        return "";
    }
}
