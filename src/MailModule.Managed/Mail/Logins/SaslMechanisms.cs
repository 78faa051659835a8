using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mail.Logins;

/// <summary>The mechanisms we know, and which of them credentials are good for.</summary>
internal static class SaslMechanisms
{
    /// <summary>Why a mechanism that a server offers is not used.</summary>
    public const string NoTls = "the password would have to go in clear text: there is no TLS";

    private const SaslNeeds NameAndPassword = SaslNeeds.User | SaslNeeds.Password;

    /// <summary>The strongest first.</summary>
    private static readonly KnownMechanism[] s_known =
    [
        new("OAUTHBEARER", SaslNeeds.Token, (login, server) => new SaslOAuthBearer(login, server)),
        new("XOAUTH2", SaslNeeds.User | SaslNeeds.Token | SaslNeeds.OwnIdentity, (login, _) => new SaslXOAuth2(login)),
        Scram(ScramHash.Sha256, isBound: true),
        Scram(ScramHash.Sha256, isBound: false),
        Scram(ScramHash.Sha1, isBound: true),
        Scram(ScramHash.Sha1, isBound: false),
        new("CRAM-MD5", NameAndPassword | SaslNeeds.Digests | SaslNeeds.OwnIdentity,
            (login, _) => new SaslCramMd5(login)),
        new("PLAIN", NameAndPassword, (login, _) => new SaslPlain(login)),
        new("LOGIN", NameAndPassword | SaslNeeds.OwnIdentity, (login, _) => new SaslLogin(login)),
        new("NTLM", NameAndPassword | SaslNeeds.Digests | SaslNeeds.OwnIdentity | SaslNeeds.Choice,
            (login, server) => new SaslNtlm(login, server)),
        new("EXTERNAL", SaslNeeds.Nothing, (login, _) => new SaslExternal(login)),
    ];

    /// <summary>Of what a server offers we would know something, but this machine has no OpenSSL for it.</summary>
    public static bool LackDigests(IEnumerable<string> offered)
        => !OpenSsl.IsThere && offered.Any(name => Find(name) is { } known && known.Needs(SaslNeeds.Digests)
            && !known.Needs(SaslNeeds.Choice));

    /// <summary>
    /// Those that a server offers and that the credentials are good for, the strongest first. Where a form of SCRAM can
    /// be bound to the server's certificate, the unbound form is not among them; EXTERNAL only where there is nothing
    /// else to log in with.
    /// </summary>
    public static List<ISaslMechanism> OfferedBy(SaslServer server, Credentials login)
    {
        List<KnownMechanism> possible = [.. s_known.Where(known => !known.Needs(SaslNeeds.Choice)
            && server.Offers(known.Name) && known.Lack(login, server).Fault == Fault.None)];
        possible.RemoveAll(known => possible.Exists(other => other.Name == known.Name + ScramHash.BoundSuffix));
        if (login.HasPassword || login.Token is not null)
            possible.RemoveAll(known => known.Needs(SaslNeeds.Nothing));
        return [.. possible.Select(known => known.Make(login, server))];
    }

    /// <summary>
    /// The one of that name (SASL compares without regard to case), whether the server offers it or not. Else why not:
    /// <see cref="Fault.NotSupported"/> if we do not know it, <see cref="Fault.Argument"/> if the credentials are not
    /// good for it, <see cref="Fault.Tls"/> if the channel binding or OpenSSL is missing.
    /// </summary>
    /// <param name="why">In words; empty if nothing is wrong.</param>
    public static Fault TryMake(
        string name, Credentials login, SaslServer server, out ISaslMechanism? mechanism, out string why)
    {
        KnownMechanism? known = Find(name);
        (Fault fault, why) = known?.Lack(login, server)
            ?? (Fault.NotSupported, $"{name}: none of the mechanisms that are known here");
        mechanism = fault == Fault.None ? known!.Make(login, server) : null;
        return fault;
    }

    private static KnownMechanism? Find(string name)
        => Array.Find(s_known, known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static KnownMechanism Scram(ScramHash hash, bool isBound)
        => new(isBound ? hash.BoundMechanism : hash.Mechanism,
            NameAndPassword | SaslNeeds.Digests | (isBound ? SaslNeeds.Binding : SaslNeeds.Nothing),
            (login, server) => new SaslScram(hash, isBound, login, server));
}
