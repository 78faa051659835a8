namespace MailModule.Engine.Settings;

/// <summary>
/// Rows of <see cref="Keys"/> about users of the operating system. Made by it, at their place in the page.
/// </summary>
internal sealed class SystemUserKeys
{
    private const string Later = "users of the operating system come in a later version";

    public Setting SysUser { get; } = Keys.Guard(Keys.FlagLater(
        "sysuser", "Users of the operating system are users too.", Later));

    public Setting GroupPop { get; } = Keys.TextLater(
        "grp_pop", "mail", "The group whose members have mailboxes, with `sysuser`.", Later);

    public Setting GroupSmtp { get; } = Keys.TextLater(
        "grp_smtp", "mail", "The group whose members may send, with `sysuser`.", Later);
}
