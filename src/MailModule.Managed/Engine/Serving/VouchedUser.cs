using MailModule.Mailbox;
using MailModule.Policy;

namespace MailModule.Engine.Serving;

/// <summary>
/// Whom a login name stands for, be it that a host vouches for it: a user, or a folder of a user's mailbox,
/// <c>user/folder</c>, as the old module had it.
/// </summary>
internal static class VouchedUser
{
    /// <summary>
    /// The user's part of a login name: all of it where that is a user's own name, or has no slash.
    /// </summary>
    /// <param name="folder">What follows the slash; null: the name has none.</param>
    public static string OwnerIn(Accounts accounts, string name, out string? folder)
    {
        int slash = name.IndexOf('/');
        bool isWhole = slash <= 0 || accounts.Find(name) is not null;
        folder = isWhole ? null : name[(slash + 1)..];
        return isWhole ? name : name[..slash];
    }

    /// <summary>As <see cref="Find"/>, and no user is made up.</summary>
    public static Account? FindKnown(Accounts accounts, string name, out string folder)
        => Find(accounts.Find(OwnerIn(accounts, name, out string? asked)), asked, out folder);

    /// <param name="folder">As of <see cref="SubFolder.TryParse"/>; empty for the mailbox itself.</param>
    /// <returns>Null for a name that cannot be a user's, or a folder that cannot be one.</returns>
    public static Account? Find(Accounts accounts, string name, out string folder)
        => Find(accounts.FindOrCreate(OwnerIn(accounts, name, out string? asked)), asked, out folder);

    private static Account? Find(Account? owner, string? asked, out string folder)
    {
        folder = "";
        return owner is null || asked is null || SubFolder.TryParse(asked, owner.Home, out folder) ? owner : null;
    }
}
