using static MailModule.Engine.Settings.Keys;

namespace MailModule.Engine.Settings;

/// <summary>The rows of the checks that mail of strangers meets at the SMTP server; made once, by <see cref="Keys"/>.
/// </summary>
internal sealed class CheckKeys
{
    public Setting Blacklist { get; } = OfForm(
        "blacklist", "Senders that are refused (550); `*@host` is every sender of a host.",
        "addresses, blanks or commas between", CheckForms.SenderList, 32768);
    public Setting GoodList { get; } = List(
        "goodlist", "List of senders and hosts whose mail is taken without further checks (`sender-lists.md`).");
    public Setting BadList { get; } = List("badlist", "List of senders and hosts whose mail is refused (554).");
    public Setting GrayList { get; } = List(
        "graylist", "List of senders and hosts who are told to try again later (451), and may pass then.");
    public Setting PersonalLists { get; } = Flag(
        "chklists", "The files `goodlist`, `badlist` and `graylist` in a recipient's home count for that recipient. "
            + "All lists are then asked at RCPT.");
    public Setting SpamText { get; } = OfForm(
        "msgspam", "Text of these refusals.", "ASCII", CheckForms.ReplyText, 200, "Message detected as SPAM");
    public Setting DnsBl { get; } = OfForm(
        "dnsbl", "Zones that list bad hosts (DNSBL, RFC 5782): whose address one of them lists is refused. Without "
            + "answers of its own a zone means 127.0.0.2-127.255.254.255.",
        "`zone` or `zone=127.0.0.2-127.0.0.11`, blanks or commas between", CheckForms.Zones, 4096);
    public Setting DnsWl { get; } = OfForm(
        "dnswl", "Zones that list good hosts: whose address one of them lists meets neither `dnsbl` nor greylisting.",
        "as `dnsbl`", CheckForms.Zones, 4096);
    public Setting DnsBlTimeout { get; } = Number(
        "dnsbl_timeout", 1, 60, 5, "s",
        "Time for a look-up in all zones together, which begins when the client connects. A zone that has not answered "
            + "by then counts as one that does not list the client.");
    public Setting DnsBlText { get; } = Flag(
        "dnsbl_text", "A zone that lists a client is asked why (TXT), and the client is told.");
    public Setting DnsBlStage { get; } = Add(
        new("dnsbl_stage", SettingKind.Choice,
            "When a client that is listed is refused: at its greeting, at each RCPT, or at DATA, so that who logs in "
                + "before is not refused and the log has the envelope; `none`: never, the host's handlers see the "
                + "results from MAIL on and decide.")
        { Words = ["connect", "rcpt", "data", "none"], Default = "data" });
    public Setting CheckMx { get; } = Flag(
        "checkmx", "The sender's domain must have an MX or an address (550); while its name servers do not answer, the "
            + "sender waits (451). The null sender and address literals pass.");
    public GreylistKeys Greylist { get; } = new();
    public SpammerKeys Spammers { get; } = new();
    public AuthenticationKeys Authentication { get; } = new();

    private static Setting List(string key, string meaning) => Add(new(key, SettingKind.Path, meaning));

    internal static Setting OfForm(
        string key, string meaning, string form, Func<string, string, string?> check, int limit, string? value = null)
        => Add(
            new(key, SettingKind.Text, meaning) { Form = form, Check = check, LengthLimit = limit, Default = value });
}
