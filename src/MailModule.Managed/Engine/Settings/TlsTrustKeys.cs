namespace MailModule.Engine.Settings;

/// <summary>
/// Rows of <see cref="Keys"/> about certificates that are taken though they are not right. Made by it, at their place
/// in the page.
/// </summary>
internal sealed class TlsTrustKeys
{
    private const string Later = "checking the certificates of other hosts comes in a later version";

    public Setting IgnoreTime { get; } = Keys.FlagLater(
        "vpncln_tlsigntime", "Expired certificates are taken.", Later);

    public Setting SelfSigned { get; } = Keys.FlagLater(
        "vpncln_tlsssign", "Self-signed certificates are taken.", Later);

    public Setting FirstUse { get; } = Keys.Guard(Keys.FlagLater(
        "vpncln_tlssshstyle", "A certificate is trusted from its first use on.", Later));
}
