using System.Text;

namespace MailModule.Mail.Logins;

/// <summary>What servers say inside an exchange, for a line of text.</summary>
internal static class SaslWords
{
    private const int Limit = 500;

    /// <summary>One line without control characters, cut where it is long.</summary>
    public static string Of(ReadOnlySpan<byte> octets)
    {
        string text = Encoding.UTF8.GetString(octets[..Math.Min(octets.Length, Limit)]);
        return string.Concat(text.Select(c => IsUnfit(c) ? ' ' : c)).Trim();
    }

    private static bool IsUnfit(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';
}
