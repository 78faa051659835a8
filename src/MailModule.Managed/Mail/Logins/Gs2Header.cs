namespace MailModule.Mail.Logins;

/// <summary>What messages of SCRAM and OAUTHBEARER begin with (RFC 5801 §4).</summary>
internal static class Gs2Header
{
    /// <param name="binding">"n", "y", or "p=" and the binding's type.</param>
    /// <param name="identity">The authorization identity; empty: none.</param>
    public static string Of(string binding, string identity)
        => identity.Length > 0 ? $"{binding},a={Escape(identity)}," : $"{binding},,";

    /// <summary>A comma and an equals sign in a name are written as =2C and =3D.</summary>
    public static string Escape(string name)
        => name.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
}
