namespace MailModule.Engine.Settings;

/// <summary>
/// Rows of <see cref="Keys"/> about what clients of the POP3 server get, beyond those of ports and addresses. Made by
/// it, at their place in the page.
/// </summary>
internal sealed class PopKeys
{
    public Setting Speed { get; } = Keys.Number(
        "pop_speed", 0, 2_097_152, 0, "KB/min",
        "How fast the POP3 clients of one address together get messages, on the average (1,024 octets are a KB; an "
            + "IPv6 /64 is one address); 0 = no limit.",
        "nopop_speed");

    public Setting Apop { get; } = Keys.Flag(
        "pop_apop",
        "`APOP` is offered where each user with flag `P` has a plain password, and no request callback is asked about "
            + "logins.", "1");

    public Setting Expire { get; } = Keys.Number(
        "pop_expire", 0, 36_500, 0, "days",
        "A login by POP3 deletes from the mailbox, or the folder, that it opens what has been there for longer, read "
            + "or not, 5,000 messages at most; CAPA tells it (`EXPIRE`). 0 = never.");

    public Setting LoginDelay { get; } = Keys.Number(
        "pop_login_delay", 0, 86_400, 0, "s",
        "A user's next login by POP3 is refused so long after the last, with `[LOGIN-DELAY]`. 0 = no delay.");

    public Setting SpeedUsers { get; } = Keys.Number(
        "pop_spdusr", 0, 2_097_152, 0, "connections",
        "Other POP3 connections that must be logged in for `pop_speed` to count.");

    public Setting Proxy { get; } = Keys.Flag(
        "pop3_proxy",
        "A login of the form `local#remoteuser#host` (or with `@` in place of each `#`), with the password "
            + "`localpassword#remotepassword`, is passed on to the POP3 server at that host: behind the local login "
            + "comes the remote one, and the session goes on there. `host` may be `host:port`; 995 is TLS from the "
            + "first byte, elsewhere TLS is used where it is offered (STLS). Without TLS no password goes there, save "
            + "to this machine or with `plain_auth=always`. Both passwords have to be told, so APOP and mechanisms "
            + "that prove a password are not offered then. See `pop3_proxy_hosts`.");

    public Setting ProxyHosts { get; } = Keys.Add(
        new("pop3_proxy_hosts", SettingKind.Text,
            "The hosts that `pop3_proxy` passes logins on to; none = nowhere. Without a port 110 and 995 are meant. "
                + "`.example.org` is that domain and all below it, `*.example.org` those below it, `*` any: a host "
                + "that is here by such a pattern may have no inner address (private, loopback, link-local and the "
                + "like), one that is named may have any.")
        {
            Form = "hosts or patterns, each perhaps with `:port`, commas between",
            Check = SettingForms.ProxyHosts,
            LengthLimit = 65536,
        });

    public Setting ProxyRange { get; } = Keys.Ranges(
        "pop3_proxy_range", "",
        "Clients whose logins `pop3_proxy` passes on, by IPv4 and IPv6; empty = all. What others say is a user's name "
            + "as any.");

    public Setting ProxyCheck { get; } = Keys.Flag(
        "pop3_proxy_check",
        "Where `pop3_proxy` uses TLS, the host's certificate must be right, as with `smtpchktls`. Else no password "
            + "goes there, and the login is refused.", "1");
}
