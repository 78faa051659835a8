using MailModule.Authentication.Dkim;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Settings;

/// <summary>What is wrong or risky in the keys that messages are signed with.</summary>
internal static class SigningRisks
{
    public static void Find(SettingValues values, ConfigFindings findings)
    {
        foreach (DkimKeyPlace place in values.Signing.Dkim)
            Key(place, Keys.Signing.Dkim, findings);
        foreach (DkimKeyPlace place in values.Signing.ArcSeal)
            Key(place, Keys.Signing.ArcSeal, findings);
        Repeated(values.Signing.Dkim, findings);
        if (values.Text(Keys.Signing.Srs) is { Length: > 0 } own)
            Rewriting(own, values, findings);
    }

    private static void Rewriting(string own, SettingValues values, ConfigFindings findings)
    {
        if (!values.Relay.Domains.Contains(own))
            findings.Warn(
                Keys.Signing.Srs, $"{own} is neither smtp_name nor a local_domain: what is returned to senders of it "
                    + "is not taken");
        if (!OpenSsl.IsThere)
            findings.Warn(Keys.Signing.Srs, $"senders stay as they are: {OpenSsl.Missing}");
    }

    private static void Key(DkimKeyPlace place, Setting row, ConfigFindings findings)
    {
        if (DkimKeyFile.Read(place, out _) is { } problem)
            findings.Add(ConfigSeverity.Error, row, problem);
        if (FolderRights.OthersMayRead(place.File))
            findings.Warn(row, $"{place.File}: others than its owner can read the private key");
    }

    // Of two keys under one name receivers find one.
    private static void Repeated(IReadOnlyList<DkimKeyPlace> places, ConfigFindings findings)
    {
        foreach (IGrouping<string, DkimKeyPlace> one in places.GroupBy(place => place.RecordName))
            if (one.Distinct().Count() > 1)
                findings.Warn(
                    Keys.Signing.Dkim, $"two keys have the selector {one.First().Selector} of {one.First().Domain}: "
                        + "each needs one of its own");
    }
}
