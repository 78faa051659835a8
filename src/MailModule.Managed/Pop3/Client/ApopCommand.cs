using System.Security.Cryptography;
using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Pop3.Client;

/// <summary>The command APOP (RFC 1939 §7).</summary>
internal static class ApopCommand
{
    /// <summary>A blank ends a name.</summary>
    public static bool CanName(string user) => !user.Contains(' ', StringComparison.Ordinal);

    /// <param name="stamp">The greeting's; empty: it has none.</param>
    public static bool IsPossible(string stamp, string user) => stamp.Length > 0 && OpenSsl.IsThere && CanName(user);

    public static string Of(string stamp, string user, string password)
    {
        // RFC 1939 §7: MD5 of the stamp with its brackets, and the password behind it
        byte[] digest = MD5.HashData(Encoding.UTF8.GetBytes(stamp + password));
        return $"APOP {user} {Convert.ToHexStringLower(digest)}";
    }
}
