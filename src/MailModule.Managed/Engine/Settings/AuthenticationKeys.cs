using static MailModule.Engine.Settings.Keys;

namespace MailModule.Engine.Settings;

/// <summary>The rows about SPF, DKIM, ARC and DMARC of strangers' mail, a part of <see cref="CheckKeys"/>.</summary>
internal sealed class AuthenticationKeys
{
    public Setting Spf { get; } = Flag(
        "spf", "SPF (RFC 7208): whether a stranger may use the names in HELO and MAIL is looked up and told "
            + "(`sender-lists.md`). SPF alone refuses nothing.", "1");
    public Setting Dkim { get; } = Flag(
        "dkim_verify", "DKIM (RFC 6376): signatures of strangers' mail are checked, ten of a message at most, and "
            + "told. DKIM alone refuses nothing.", "1");
    public Setting Arc { get; } = Flag(
        "arc", "ARC (RFC 8617): whether a message came by a chain of hosts that seal is checked and told.", "1");
    public Setting Dmarc { get; } = Add(
        new("dmarc", SettingKind.Choice,
            "DMARC (RFC 9989), where `spf` and `dkim_verify` are on: what the domain in From asks for where its name "
                + "was used without proof. `mark`: it is told in Authentication-Results; `enforce`: it is done: "
                + "reject is 550 5.7.1, quarantine is the folder `spam` of the mailbox, and where a name server does "
                + "not answer the sender waits (451).")
        { Words = ["off", "mark", "enforce"], Default = "mark" });
    public Setting ArcTrusted { get; } = CheckKeys.OfForm(
        "arc_trusted", "Domains whose ARC seals are believed: a message that DMARC would refuse passes, where one of "
            + "them says that it was right when it came there, and all that sealed it later are among them too. For "
            + "lists and forwarders that change messages.",
        "domains, blanks or commas between", CheckForms.Domains, 4096);
    public Setting ServerId { get; } = Add(
        new("authserv_id", SettingKind.Text,
            "The name in Authentication-Results by which these are known as ours (RFC 8601 §2.5). Such fields of "
                + "this name that come with a stranger's message, a user's or the host's own are taken out.")
        { Form = "domain name", DefaultInWords = "`smtp_name`", Check = SettingForms.Domain, LengthLimit = 255 });
}
