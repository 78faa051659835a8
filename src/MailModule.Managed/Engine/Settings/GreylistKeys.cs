using static MailModule.Engine.Settings.Keys;

namespace MailModule.Engine.Settings;

/// <summary>The rows of greylisting, a part of <see cref="CheckKeys"/>.</summary>
internal sealed class GreylistKeys
{
    public Setting MxNeedNotWait { get; } = Flag(
        "mxignbl", "A client that is an MX of the sender's domain need not wait for `graylist` and `greylist`.");
    public Setting IsOn { get; } = Flag(
        "greylist", "Who sends to a recipient for the first time has to try again (451), unless `goodlist` or `dnswl` "
            + "has him. What is known is kept in `mail_root/greylist`.");
    public Setting Delay { get; } = Number(
        "greylist_delay", 1, 86_400, 30, "s", "How long who is told to try again has to wait.");
    public Setting Life { get; } = Number(
        "greylist_life", 60, 31_536_000, 172_800, "s", "Until when he must have tried again.");
    public Setting Pass { get; } = Number(
        "greylist_pass", 60, 315_360_000, 3_024_000, "s",
        "How long who has waited for `greylist` need not wait again, from when he came last.");
    public Setting Auto { get; } = Number(
        "greylist_auto", 0, 1000, 5, "", "So many senders that have waited make their network (IPv4: /24, IPv6: /64) "
            + "one that need not; 0 = none does.");
}
