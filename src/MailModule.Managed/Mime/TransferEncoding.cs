namespace MailModule.Mime;

/// <summary>The value of a field Content-Transfer-Encoding (RFC 2045 §6.1), as it is found in mail.</summary>
internal static class TransferEncoding
{
    /// <summary>
    /// The word alone, in small letters: without comments (RFC 2045 §5.1 allows them in such fields), quotes, and what
    /// programs have put behind it.
    /// </summary>
    public static string Read(string value)
    {
        string text = WithoutComments(value).Trim().ToLowerInvariant();
        int end = text.AsSpan().IndexOfAny(" \t\r\n;,");
        string word = (end < 0 ? text : text[..end]).Trim('"');
        return word is "8-bit" or "7-bit" ? word.Remove(1, 1) : word;
    }

    private static string WithoutComments(string value)
    {
        var text = new System.Text.StringBuilder(value.Length);
        int depth = 0;
        foreach (char c in value)
        {
            if (c == ')' && depth > 0)
                depth--;
            else if (c == '(')
                depth++;
            else if (depth == 0)
                text.Append(c);
        }
        return text.ToString();
    }
}
