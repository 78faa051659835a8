using System.Text;

namespace MailModule.Authentication.Arc;

/// <summary>Values of fields as text. Pure.</summary>
internal static class FieldWords
{
    /// <summary>Without folds: one blank for any white space, none at the ends. What is not UTF-8 becomes U+FFFD.
    /// </summary>
    public static string Unfold(ReadOnlySpan<byte> value)
        => string.Join(' ', Encoding.UTF8.GetString(value).Split(
            [' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
