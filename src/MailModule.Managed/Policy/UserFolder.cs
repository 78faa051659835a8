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
        string name = IsPlain(user, isOneInAnyCase) ? user : Escaped(user, isOneInAnyCase, areEndsToo: false);
        if (!isName(name))
            name = Escaped(user, isOneInAnyCase, areEndsToo: true);
        return name.Length is > 0 and <= NameLimit ? name : null;
    }

    // Nearly every name is, and each is asked about several times.
    private static bool IsPlain(string user, bool areCapitalsToo)
    {
        foreach (char c in user)
            if (!char.IsAscii(c) || !Stays((byte)c, areCapitalsToo))
                return false;
        return !user.StartsWith('.');
    }

    private static string Escaped(string user, bool areCapitalsToo, bool areEndsToo)
    {
        byte[] octets = Encoding.UTF8.GetBytes(user);
        var name = new StringBuilder(octets.Length);
        for (int i = 0; i < octets.Length; i++)
        {
            bool isEnd = i == 0 || i == octets.Length - 1;
            if (Stays(octets[i], areCapitalsToo) && !(octets[i] == '.' && i == 0) && !(areEndsToo && isEnd))
                name.Append((char)octets[i]);
            else
                name.Append('%').Append(octets[i].ToString("X2"));
        }
        return name.ToString();
    }

    private static bool Stays(byte octet, bool areCapitalsToo)
        => (char.IsAsciiLetterOrDigit((char)octet) || "-_.@+".Contains((char)octet))
            && !(areCapitalsToo && char.IsAsciiLetterUpper((char)octet));
}
