using MailModule.Mailbox;
using MailModule.Policy;

namespace MailModule.Engine.Serving;

/// <summary>
/// Whom a host vouches for by a login name: a user, or a folder of a user's mailbox, <c>user/folder</c>, as the old
/// module had it.
/// </summary>
internal static class VouchedUser
{
    /// <param name="folder">As of <see cref="SubFolder.TryParse"/>; empty for the mailbox itself.</param>
    /// <returns>Null for a name that cannot be a user's, or a folder that cannot be one.</returns>
    public static Account? Find(Accounts accounts, string name, out string folder)
    {
        folder = "";
        int slash = name.IndexOf('/');
        if (slash <= 0 || accounts.Find(name) is not null)
            return accounts.FindOrCreate(name);
        Account? owner = accounts.FindOrCreate(name[..slash]);
        return owner is not null && SubFolder.TryParse(name[(slash + 1)..], owner.Home, out folder) ? owner : null;
    }
}
