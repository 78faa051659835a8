namespace MailModule.Engine.Settings;

/// <summary>
/// Rows of <see cref="Keys"/> about mailboxes elsewhere, whose mail is fetched. Made by it, at their place in
/// the page.
/// </summary>
internal sealed class FetchKeys
{
    public Setting Fetch { get; } = Keys.Add(
        new("fetch", SettingKind.List,
            "An outside POP3 mailbox, whose mail is fetched for a local user (or an address of a local domain) while "
                + "mail is served or queued: so many seconds after the end of each look; 0 = only when `mm_fetch_now` "
                + "asks for it. A login that is refused is tried again after a minute at least, then two, up to an "
                + "hour. Options, commas between: `tls` (from the first byte; port 995), `stls` (no login without "
                + "STLS, which is used anyway where it is offered), `noverify` (any certificate will do), `clear` "
                + "(the password may go in clear text), `apop` (APOP, or no login), `keep` (what was fetched stays "
                + "there; else it is deleted when it is on disk here), `max=N` (messages in one look). What is "
                + "refused as strangers' mail would be goes to the folder `spam`. The same mailbox once more replaces "
                + "the earlier.")
        {
            Form = "`host[:port];user;password;localuser;seconds[;options]`",
            Check = SettingForms.Fetch,
        });

    public Setting Most { get; } = Keys.Number(
        "fetch_max", 1, 1000, 16, "mailboxes", "Outside mailboxes that are looked at at one time; others wait.");

    public Setting MostOfHost { get; } = Keys.Number(
        "fetch_host_max", 1, 1000, 2, "mailboxes",
        "The same of one outside host (the name in `fetch`, whatever the port).");
}
