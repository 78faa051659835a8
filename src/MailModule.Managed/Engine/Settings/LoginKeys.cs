using MailModule.Mail.Logins.Server;
using MailModule.Policy;

namespace MailModule.Engine.Settings;

/// <summary>The rows about logins at our servers.</summary>
internal sealed class LoginKeys
{
    public Setting Mechanisms { get; } = Keys.Add(
        new("auth_mechanisms", SettingKind.Text,
            "The SASL mechanisms that the servers offer, of those that can be used: on the connection (`PLAIN` "
                + "and `LOGIN` as `plain_auth` says, the `-PLUS` forms with TLS, `EXTERNAL` with a client "
                + "certificate), and by the forms of the users' passwords (`CRAM-MD5` needs plain ones, "
                + "`SCRAM-SHA-1` these or `{SCRAM-SHA-1}`, `SCRAM-SHA-256` plain ones, `{SCRAM-SHA-256}` or "
                + "`{PBKDF2-SHA256}`). By default one is offered if each user with flag `S` (POP3: `P`) has a password "
                + "for it; one that is named here, if some user has.")
        {
            Form = "names, commas between",
            Check = SettingForms.Mechanisms,
            DefaultInWords = "all",
        });

    public Setting OAuth { get; } = Keys.Flag(
        "auth_oauth",
        "`XOAUTH2` and `OAUTHBEARER` are offered where a host's `auth` handler is there to judge tokens.");

    public Setting OAuthScope { get; } = Keys.Add(
        new("auth_oauth_scope", SettingKind.Text,
            "The scope that a token needs; a client whose token is refused is told of it (RFC 7628).")
        {
            Form = "a scope of OAuth",
            Check = Scope,
            LengthLimit = 1000,
            DefaultInWords = "none is told",
        });

    public Setting OAuthConfiguration { get; } = Keys.Add(
        new("auth_oauth_config", SettingKind.Text,
            "The address of the OpenID configuration that says where tokens come from; a client whose token is refused "
                + "is told of it (RFC 7628).")
        {
            Form = "URL that begins with https://",
            Check = ConfigurationUrl,
            LengthLimit = 1000,
            DefaultInWords = "none is told",
        });

    /// <summary>What <see cref="OAuthScope"/> and <see cref="OAuthConfiguration"/> say.</summary>
    public static TokenHint TokenHintOf(SettingValues values)
        => new(values.Text(Keys.Logins.OAuthScope) ?? "", values.Text(Keys.Logins.OAuthConfiguration) ?? "");

    /// <summary>What <see cref="Mechanisms"/> names; None: nothing, which is all.</summary>
    public static MechanismSet NamedBy(SettingValues values)
    {
        var named = MechanismSet.None;
        foreach (string name in values.Parts(Keys.Logins.Mechanisms))
            named |= ServerMechanisms.Find(name);
        return named;
    }

    // RFC 6749 §3.3; several are NOT RECOMMENDED (RFC 7628 §3.2.2), and taken
    private static string? Scope(string text, string folder)
        => text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 && StandsInJson(text) ? null : "not a scope (RFC 6749)";

    private static string? ConfigurationUrl(string text, string folder)
        => text.StartsWith("https://", StringComparison.Ordinal) && text.Length > "https://".Length
            && text.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 && StandsInJson(text)
            ? null
            : "not a URL that begins with https://";

    private static bool StandsInJson(string text) => text.AsSpan().IndexOfAny('"', '\\') < 0;

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
