using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Policy;

/// <summary>The name of the folder of a user whose line names no home.</summary>
internal static class UserFolder
{
    private const int NameLimit = 255;

    /// <summary>
    /// A file name that holds every octet of <paramref name="user"/>: letters, digits and <c>-_.@+</c> stay, others
    /// become <c>%XX</c>, a leading dot too. Two users never share one, and none is a path of its own. Null for a name
    /// that would be longer than file names may be. On Windows capital letters become <c>%XX</c> as well, and the ends
    /// of a name that no file may have.
    /// </summary>
    public static string? NameFor(string user) => NameFor(user, FilePath.IsOneInAnyCase, FilePath.IsName);

    /// <param name="isOneInAnyCase">Names that differ by letters' case alone lead to one file.</param>
    /// <param name="isName">Whether a file may have a name.</param>
    internal static string? NameFor(string user, bool isOneInAnyCase, Func<string, bool> isName)
    {
        byte[] octets = Encoding.UTF8.GetBytes(user);
        string name = Escaped(octets, isOneInAnyCase, areEndsToo: false);
        if (!isName(name))
            name = Escaped(octets, isOneInAnyCase, areEndsToo: true);
        return name.Length is > 0 and <= NameLimit ? name : null;
    }

    private static string Escaped(byte[] octets, bool areCapitalsToo, bool areEndsToo)
    {
        var name = new StringBuilder(octets.Length);
        for (int i = 0; i < octets.Length; i++)
        {
            bool isEnd = i == 0 || i == octets.Length - 1;
            if (Stays(octets[i]) && !(octets[i] == '.' && i == 0)
                && !(areCapitalsToo && char.IsAsciiLetterUpper((char)octets[i])) && !(areEndsToo && isEnd))
                name.Append((char)octets[i]);
            else
                name.Append('%').Append(octets[i].ToString("X2"));
        }
        return name.ToString();
    }

    private static bool Stays(byte octet) => char.IsAsciiLetterOrDigit((char)octet) || "-_.@+".Contains((char)octet);
}
