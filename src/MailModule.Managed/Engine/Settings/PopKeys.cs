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
            + "or not; CAPA tells it (`EXPIRE`). 0 = never.");

    public Setting LoginDelay { get; } = Keys.Number(
        "pop_login_delay", 0, 86_400, 0, "s",
        "A user's next login by POP3 is refused so long after the last, with `[LOGIN-DELAY]`. 0 = no delay.");

    public Setting SpeedUsers { get; } = Keys.Number(
        "pop_spdusr", 0, 2_097_152, 0, "connections",
        "Other POP3 connections that must be logged in for `pop_speed` to count.");

    public Setting Proxy { get; } = Keys.FlagLater(
        "pop3_proxy", "POP3 logins of the form `user@host` are passed on to that host.",
        "the POP3 proxy comes in a later version");
}
