namespace MailModule.Mail.Logins;

/// <summary>The mechanisms we know.</summary>
internal static class SaslMechanisms
{
    /// <summary>Those that a server offers, the strongest first. SASL compares names without regard to case.</summary>
    public static List<ISaslMechanism> OfferedBy(IEnumerable<string> offered, Credentials login)
    {
        var names = new HashSet<string>(offered, StringComparer.OrdinalIgnoreCase);
        ISaslMechanism[] known =
            [new SaslScramSha256(login), new SaslCramMd5(login), new SaslPlain(login), new SaslLogin(login)];
        return [.. known.Where(mechanism => names.Contains(mechanism.Name))];
    }
}
