using MailModule.Authentication.Dkim;

namespace MailModule.Engine.Settings;

/// <summary>What settings say of signatures. Immutable.</summary>
/// <param name="Dkim">The keys of messages that are ours, in the order of the settings.</param>
/// <param name="ArcSeal">The key of messages that are sent on: one, or none.</param>
internal sealed record SigningRules(IReadOnlyList<DkimKeyPlace> Dkim, IReadOnlyList<DkimKeyPlace> ArcSeal)
{
    public static SigningRules Of(SettingValues values) => new(
        [.. values.Items(Keys.Signing.Dkim).Select(item => PlaceOf(item.Text, item.Folder)).OfType<DkimKeyPlace>()],
        values.Text(Keys.Signing.ArcSeal) is { Length: > 0 } text
            && PlaceOf(text, values.FolderOf(Keys.Signing.ArcSeal)) is { } place ? [place] : []);

    private static DkimKeyPlace? PlaceOf(string text, string folder)
        => DkimKeyPlace.TryParse(text, folder, out DkimKeyPlace place, out _) ? place : null;
}
