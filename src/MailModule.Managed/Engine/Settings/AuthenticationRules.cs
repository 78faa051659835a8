using MailModule.Authentication.Checks;
using MailModule.Smtp;

namespace MailModule.Engine.Settings;

/// <summary>What is done with the verdict of DMARC; the numbers are the words' of <c>dmarc</c>.</summary>
internal enum DmarcUse
{
    Off = 0,
    Mark = 1,
    Enforce = 2,
}

/// <summary>How it is found out whether a stranger's message is from whom it says. Immutable; any thread.</summary>
/// <param name="Methods">None: nothing is found out, and nothing told.</param>
/// <param name="TrustedSealers">In lower case.</param>
/// <param name="ServerId">Our authserv-id, in ASCII as fields have it.</param>
internal sealed record AuthenticationRules(
    CheckMethods Methods, DmarcUse Dmarc, IReadOnlySet<string> TrustedSealers, string ServerId)
{
    public bool IsAny => Methods != CheckMethods.None;

    /// <summary>In whose name results are told; null: none are, and whoever tells some under that name is not ours to
    /// judge.</summary>
    public string? ToldBy => IsAny ? ServerId : null;

    public bool Has(CheckMethods methods) => (Methods & methods) != 0;

    public static AuthenticationRules Of(SettingValues values, AuthenticationKeys keys)
    {
        CheckMethods methods = (values.Flag(keys.Spf) ? CheckMethods.Spf : 0)
            | (values.Flag(keys.Dkim) ? CheckMethods.Dkim : 0)
            | (values.Flag(keys.Arc) ? CheckMethods.Arc : 0);
        var use = (DmarcUse)values.Number(keys.Dmarc);
        // What passes by one of the two alone would fail without it.
        const CheckMethods needed = CheckMethods.Spf | CheckMethods.Dkim;
        if (use != DmarcUse.Off && (methods & needed) == needed)
            methods |= CheckMethods.Dmarc;
        else
            use = DmarcUse.Off;
        return new AuthenticationRules(
            methods, use, CheckForms.DomainsIn(values.Text(keys.ArcTrusted) ?? ""),
            values.Text(keys.ServerId) is { Length: > 0 } id ? OwnName.Of(id).Text : values.OwnName.Text);
    }
}
