using System.Text;

namespace MailModule.Policy;

/// <summary>The name of the folder of a user whose line names no home.</summary>
internal static class UserFolder
{
    private const int NameLimit = 255;

    /// <summary>
    /// A file name that holds every octet of <paramref name="user"/>: letters, digits and <c>-_.@+</c> stay, others
    /// become <c>%XX</c>, a leading dot too. Two users never share one, and none is a path of its own. Null for a name
    /// that would be longer than file names may be.
    /// </summary>
    public static string? NameFor(string user)
    {
        var name = new StringBuilder(user.Length);
        foreach (byte octet in Encoding.UTF8.GetBytes(user))
        {
            if (Stays(octet) && !(octet == '.' && name.Length == 0))
                name.Append((char)octet);
            else
                name.Append('%').Append(octet.ToString("X2"));
        }
        return name.Length is > 0 and <= NameLimit ? name.ToString() : null;
    }

    private static bool Stays(byte octet) => char.IsAsciiLetterOrDigit((char)octet) || "-_.@+".Contains((char)octet);
}
