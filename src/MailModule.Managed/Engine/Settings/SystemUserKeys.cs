namespace MailModule.Engine.Settings;

/// <summary>
/// Rows of <see cref="Keys"/> about users of the operating system, who are not read here: a value that asks for them
/// is an error that says what to write (decision 0079). Made by it, at their place in the page.
/// </summary>
internal sealed class SystemUserKeys
{
    public Setting SysUser { get; } = Keys.Guard(Keys.FlagLater(
        "sysuser", "Users of the operating system are users too.",
        "users of the operating system are not read here; write a `user` line for each, or let the host's `auth` "
            + "handler ask the system"));

    public Setting GroupPop { get; } = Keys.Guard(Keys.TextLater(
        "grp_pop", "mail", "The group whose members have mailboxes, with `sysuser`.",
        "groups of the operating system are not read here; flag `P` of `user` says who has a mailbox"));

    public Setting GroupSmtp { get; } = Keys.Guard(Keys.TextLater(
        "grp_smtp", "mail", "The group whose members may send, with `sysuser`.",
        "groups of the operating system are not read here; flag `S` of `user` says who may send"));
}
