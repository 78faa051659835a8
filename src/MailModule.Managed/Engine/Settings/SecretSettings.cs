namespace MailModule.Engine.Settings;

/// <summary>How the values of settings are shown in logs: without their passwords.</summary>
internal static class SecretSettings
{
    private const string Hidden = "***";

    public static string Shown(Setting row, string text)
    {
        if (!row.IsSecret)
            return text;
        if (row == Keys.User)
            return HidePart(text, 1);
        if (row == Keys.Fetch)
            return HidePart(text, 2);
        return row == Keys.Proxy ? HideLogin(text) : Hidden;
    }

    // A text without the part is malformed, and may be the password itself.
    private static string HidePart(string text, int place)
    {
        string[] parts = text.Split(';');
        if (parts.Length <= place + 1)
            return Hidden;
        parts[place] = Hidden;
        return string.Join(';', parts);
    }

    private static string HideLogin(string text)
    {
        int at = text.LastIndexOf('@');
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        return at < 0 || scheme < 0
            ? (at < 0 ? text : Hidden)
            : string.Concat(text.AsSpan(0, scheme + 3), Hidden, text.AsSpan(at));
    }
}
