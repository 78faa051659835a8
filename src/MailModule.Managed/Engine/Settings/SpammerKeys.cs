using static MailModule.Engine.Settings.Keys;

namespace MailModule.Engine.Settings;

/// <summary>The rows of traps, filters and the list of spammers, a part of <see cref="CheckKeys"/>.</summary>
internal sealed class SpammerKeys
{
    public Setting Traps { get; } = CheckKeys.OfForm(
        "fake", "Traps: recipients that nobody writes to. Whoever names one is put on the list of spammers (421).",
        "addresses, commas between", CheckForms.SenderList, 4096);
    public Setting SpamTime { get; } = Number(
        "spam_time", 0, int.MaxValue, 0, "s", "How long an address stays on the list of spammers, which is kept in "
            + "`mail_root/spammers`; 0 = for ever.");
    public Setting AntiSpam { get; } = CheckKeys.OfForm(
        "antispam", "Break filter: a message for whose first 8 KB it is true is refused (554).",
        "expression (`sender-lists.md`)", CheckForms.Filter, 2048);
    public Setting SpamFilter { get; } = CheckKeys.OfForm(
        "spamfltr", "A message for whose first 16 KB it is true is refused (554), and its client put on the list of "
            + "spammers.",
        "expression (`sender-lists.md`)", CheckForms.Filter, 2048);
}
