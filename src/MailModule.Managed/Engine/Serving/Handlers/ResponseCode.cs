namespace MailModule.Engine.Serving.Handlers;

/// <summary>Response codes of POP3 (RFC 2449 §8), which stand in brackets in front of an answer's text.</summary>
internal static class ResponseCode
{
    private const int MostOctets = 64;

    /// <summary>Levels with slashes between; of each character RFC 2449 §8.1 allows.</summary>
    public static bool IsValid(ReadOnlySpan<char> code)
    {
        if (code.Length is 0 or > MostOctets)
            return false;
        bool isLevelEmpty = true;
        foreach (char one in code)
        {
            if (one == '/' ? isLevelEmpty : one is < '!' or > '~' or '[' or ']')
                return false;
            isLevelEmpty = one == '/';
        }
        return !isLevelEmpty;
    }

    /// <summary>The text with a code in front of it, if it has none itself.</summary>
    public static string Before(string code, string text) => text.StartsWith('[') ? text : $"[{code}] {text}";
}
