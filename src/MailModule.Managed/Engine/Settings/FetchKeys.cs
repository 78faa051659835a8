namespace MailModule.Engine.Settings;

/// <summary>
/// Rows of <see cref="Keys"/> about mailboxes elsewhere, whose mail is fetched. Made by it, at their place in
/// the page.
/// </summary>
internal sealed class FetchKeys
{
    public Setting Fetch { get; } = Keys.Add(
        new("fetch", SettingKind.List,
            "An outside POP3 mailbox whose mail is fetched for a local user; options `tls`, `stls`, `keep`, `apop`, "
                + "commas between.")
        {
            Form = "`host[:port];user;password;localuser;seconds[;options]`",
            Check = SettingForms.Fetch,
            Later = "fetching comes in a later version",
        });
}
