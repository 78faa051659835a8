namespace MailModule.Authentication.Spf;

/// <summary>Whether a mechanism matches, or why that cannot be said.</summary>
/// <param name="Error">TempError or PermError: the whole check ends with it; None: there was none.</param>
/// <param name="Text">What went wrong, for a human.</param>
internal readonly record struct SpfMatch(bool IsMatch, AuthResult Error = AuthResult.None, string Text = "")
{
    public static readonly SpfMatch Yes = new(true), No = new(false);

    public static SpfMatch TempError(string text) => new(false, AuthResult.TempError, text);

    public static SpfMatch PermError(string text) => new(false, AuthResult.PermError, text);
}
