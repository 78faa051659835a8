using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Policy;

/// <summary>A user of the settings: <c>user=name;password;home;flags</c>. Immutable.</summary>
/// <param name="Name">Compared to the letter; may hold <c>@domain</c>.</param>
/// <param name="Password">How the password is checked.</param>
/// <param name="Home">The folder that holds the user's <c>Maildir</c>; empty when the line names none.</param>
internal sealed record Account(string Name, StoredPassword Password, string Home, AccountFlags Flags)
{
    public const int NameLimit = 254;

    /// <summary>Has a mailbox: mail is taken for this user, and may be read by POP3.</summary>
    public bool MayReadMail => (Flags & AccountFlags.Mailbox) != 0;

    /// <summary>May log in to send.</summary>
    public bool MaySend => (Flags & AccountFlags.Send) != 0;

    public bool IsAdmin => (Flags & AccountFlags.Admin) != 0;

    /// <summary>Reads what stands after <c>user=</c>. The error never shows the password.</summary>
    /// <param name="folder">What a relative home counts from; a full path.</param>
    public static bool TryParse(string text, string folder, out Account account, out string error)
    {
        account = null!;
        string[] parts = text.Split(';', 4);
        if (parts.Length < 4)
            return Fail("a user needs three semicolons: name;password;home;flags", out error);
        if (!IsName(parts[0]))
            return Fail($"a user's name has 1 to {NameLimit} octets and no control characters", out error);
        if (!StoredPassword.TryParse(parts[1], out StoredPassword password, out error))
            return false;
        if (FilePath.Problem(parts[2]) is { } problem)
            return Fail($"a user's home cannot be there: {problem}", out error);
        string home = parts[2].Length == 0 ? "" : Path.TrimEndingDirectorySeparator(Path.GetFullPath(parts[2], folder));
        if (home.Length == 0 && UserFolder.NameFor(parts[0]) is null)
            return Fail("a user's name is too long for a home made of it; name a home", out error);
        account = new Account(parts[0], password, home, ReadFlags(parts[3]));
        return true;
    }

    /// <summary>A name that may be a user's: not empty, bounded, no control characters.</summary>
    public static bool IsName(string name)
        => name.Length > 0 && Encoding.UTF8.GetByteCount(name) <= NameLimit && !name.Any(char.IsControl);

    // The old module's rule: the first character that is no flag ends the list.
    private static AccountFlags ReadFlags(string letters)
    {
        var flags = AccountFlags.None;
        foreach (char letter in letters)
        {
            AccountFlags flag = FlagOf(letter);
            if (flag == AccountFlags.None)
                break;
            flags |= flag;
        }
        return flags;
    }

    private static AccountFlags FlagOf(char letter) => letter switch
    {
        'P' => AccountFlags.Mailbox,
        'S' => AccountFlags.Send,
        'A' => AccountFlags.Admin,
        'H' => AccountFlags.Proxy,
        'F' => AccountFlags.FtpRead,
        'W' => AccountFlags.FtpWrite,
        'N' => AccountFlags.FtpNoExecute,
        _ => AccountFlags.None,
    };

    private static bool Fail(string reason, out string error)
    {
        error = reason;
        return false;
    }
}
