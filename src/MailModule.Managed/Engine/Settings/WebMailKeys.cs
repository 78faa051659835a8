using static MailModule.Engine.Settings.Keys;

namespace MailModule.Engine.Settings;

/// <summary>Rows of the old module's web mail, which is not in this library; made once, by <see cref="Keys"/>.
/// </summary>
internal sealed class WebMailKeys
{
    public Setting IsOn { get; } = FlagLater("wmail", "Web mail.", OtherModule);
    public Setting Sent { get; } = TextLater(
        "wmailsent", "sent", "Folder of sent mail.", OtherModule, 255, "nowmailsent");
    public Setting Trash { get; } = TextLater(
        "wmailtrash", "trash", "Folder of deleted mail.", OtherModule, 255, "nowmailtrash");
    public Setting Utf { get; } = FlagLater("wmail_utf", "Web mail in UTF-8.", OtherModule);
    public Setting Tls { get; } = FlagLater("tls_wmail", "Web mail with TLS.", OtherModule);
}
