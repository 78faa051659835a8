namespace MailModule.Engine.Settings;

/// <summary>
/// Rows of <see cref="Keys"/> about what clients of the SMTP server may do, beyond those of the old module. Made by it,
/// at their place in the page.
/// </summary>
internal sealed class LimitKeys
{
    public Setting PopTime { get; } = Keys.Number(
        "smtp_pop_time", 60, 604_800, 2100, "s",
        "With `smtp_pop_ip`: how long an address may send after its own last login by POP3.");

    public Setting Sender { get; } = Keys.Add(
        new("sender", SettingKind.List,
            "With `smtp_authsame`: more senders of a user, such as those of a second mailbox; `*@domain` is any of "
                + "that domain, `*` any at all.")
        { Form = "`user;addresses`, commas between", LengthLimit = 65536, Check = SettingForms.SenderGrant });

    public Setting Tarpit { get; } = Keys.Number(
        "tarpit", 0, 60, 1, "s",
        "How late a refusal comes that is one of many on its connection: an unknown recipient, a command that is "
            + "unknown or out of order. Five times as late for an address that has asked for many recipients. 0 = at "
            + "once.");

    public Setting RcptErrorsMax { get; } = Keys.Number(
        "rcpt_errors_max", 1, 10_000, 10, "recipients",
        "Recipients that a connection may name in vain, of which the first half is refused at once; one more closes "
            + "it. Who may send to other hosts has ten times as many.");

    public Setting BanThreshold { get; } = Keys.Number(
        "ban_threshold", 0, 1_000_000, 0, "recipients",
        "Unknown recipients, without an hour between them, from which on an address (IPv6: a /64) is banned: 421 when "
            + "it connects to the SMTP server, but for `submission_port`. 0 = nobody is banned. A large provider's "
            + "address may ask for many, too.");

    public Setting BanTime { get; } = Keys.Number(
        "ban_time", 1, 2_592_000, 3600, "s", "How long a ban lasts.");
}
