using MailModule.Mail.Logins.Server;
using MailModule.Policy;

namespace MailModule.Engine.Settings;

/// <summary>The rows about logins at our servers.</summary>
internal sealed class LoginKeys
{
    public Setting Mechanisms { get; } = Keys.Add(
        new("auth_mechanisms", SettingKind.Text,
            "The SASL mechanisms that the SMTP server offers, of those that can be used: on the connection (`PLAIN` "
                + "and `LOGIN` as `plain_auth` says, the `-PLUS` forms with TLS, `EXTERNAL` with a client "
                + "certificate), and by the forms of the users' passwords (`CRAM-MD5` needs plain ones, "
                + "`SCRAM-SHA-1` these or `{SCRAM-SHA-1}`, `SCRAM-SHA-256` plain ones, `{SCRAM-SHA-256}` or "
                + "`{PBKDF2-SHA256}`). By default one is offered if "
                + "each user with flag `S` has a password for it; one that is named here, if some user has.")
        {
            Form = "names, commas between",
            Check = SettingForms.Mechanisms,
            DefaultInWords = "all",
        });

    public Setting OAuth { get; } = Keys.Flag(
        "auth_oauth",
        "`XOAUTH2` and `OAUTHBEARER` are offered where a host's `auth` handler is there to judge tokens.");

    /// <summary>What <see cref="Mechanisms"/> names; None: nothing, which is all.</summary>
    public static MechanismSet NamedBy(SettingValues values)
    {
        var named = MechanismSet.None;
        foreach (string name in values.Parts(Keys.Logins.Mechanisms))
            named |= ServerMechanisms.Find(name);
        return named;
    }

    /// <summary>What is risky about <see cref="Mechanisms"/>.</summary>
    public static void FindRisks(SettingValues values, ConfigFindings findings)
    {
        MechanismSet named = NamedBy(values) & ~(MechanismSet.External | MechanismSet.OfTokens);
        (MechanismSet each, MechanismSet some) = values.Accounts.MechanismsOf(AccountFlags.Send);
        if (named == MechanismSet.None || some == MechanismSet.None)
            return;
        // of two forms of passwords one is good for all that the other is good for
        if ((named & some) == 0)
            findings.Warn(Keys.Logins.Mechanisms, "no user with flag S has a password that is good for any of them: "
                + "nobody can log in to send");
        else if ((named & each) == 0)
            findings.Warn(Keys.Logins.Mechanisms, "not each user with flag S has a password that is good for one of "
                + "them: the others cannot log in to send");
    }
}
