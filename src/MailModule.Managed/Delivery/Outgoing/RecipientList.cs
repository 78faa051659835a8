using MailModule.Mail;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// The recipients of one call: addresses with commas, semicolons or white space between, each bare or in angle
/// brackets.
/// </summary>
public static class RecipientList
{
    /// <summary>
    /// False if there is no address, or one is malformed (<paramref name="problem"/> names it). A quoted local part may
    /// hold separators. An address that stands there twice is taken once.
    /// </summary>
    public static bool TryParse(string text, out IReadOnlyList<MailAddress> addresses, out string problem)
    {
        var found = new List<MailAddress>();
        var seen = new HashSet<MailAddress>();
        addresses = found;
        problem = "";
        foreach (string word in Words(text))
        {
            string bare = word.Length > 2 && word[0] == '<' && word[^1] == '>' ? word[1..^1] : word;
            if (!MailAddress.TryParse(bare, out MailAddress address) || address.IsNull)
            {
                problem = word;
                return false;
            }
            if (seen.Add(address))
                found.Add(address);
        }
        return found.Count > 0;
    }

    /// <summary>What stands between the separators, whatever it is.</summary>
    public static IEnumerable<string> Words(string text)
    {
        int start = -1;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool separates = !quoted && (c is ',' or ';' || char.IsWhiteSpace(c));
            if (separates && start >= 0)
                yield return text[start..i];
            start = separates ? -1 : start < 0 ? i : start;
            if (c == '"')
                quoted = !quoted;
            else if (quoted && c == '\\')
                i++;
        }
        if (start >= 0)
            yield return text[start..];
    }
}
