using MailModule.Primitives.Os;

namespace MailModule.Mail.Logins;

/// <summary>The mechanisms we know.</summary>
internal static class SaslMechanisms
{
    /// <summary>Of what a server offers we would know something, but this machine has no OpenSSL for it.</summary>
    public static bool LackDigests(IEnumerable<string> offered)
        => !OpenSsl.IsThere && offered.Any(name => name.ToUpperInvariant() is "SCRAM-SHA-256" or "CRAM-MD5");

    /// <summary>Those that a server offers, the strongest first. SASL compares names without regard to case.</summary>
    public static List<ISaslMechanism> OfferedBy(IEnumerable<string> offered, Credentials login)
    {
        var names = new HashSet<string>(offered, StringComparer.OrdinalIgnoreCase);
        ISaslMechanism[] known =
            [new SaslScramSha256(login), new SaslCramMd5(login), new SaslPlain(login), new SaslLogin(login)];
        return [.. known.Where(mechanism => names.Contains(mechanism.Name) && IsPossible(mechanism))];
    }

    private static bool IsPossible(ISaslMechanism mechanism)
        => OpenSsl.IsThere || mechanism is not (SaslScramSha256 or SaslCramMd5);
}
