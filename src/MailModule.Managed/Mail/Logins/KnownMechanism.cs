using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mail.Logins;

/// <summary>What a mechanism cannot be used without.</summary>
[Flags]
internal enum SaslNeeds
{
    Nothing = 0,
    User = 1,
    Password = 2,
    Token = 4,
    /// <summary>The server's channel binding.</summary>
    Binding = 8,
    /// <summary>Digests of the platform's.</summary>
    Digests = 16,
    /// <summary>Nobody to act for: its messages have no room for an authorization identity.</summary>
    OwnIdentity = 32,
    /// <summary>Somebody who names it: it is never taken because a server offers it.</summary>
    Choice = 64,
}

/// <summary>A mechanism before it is used. Immutable.</summary>
internal sealed record KnownMechanism(
    string Name, SaslNeeds All, Func<Credentials, SaslServer, ISaslMechanism> Make)
{
    public bool Needs(SaslNeeds what) => what == SaslNeeds.Nothing ? All == what : All.HasFlag(what);

    /// <summary>What is missing for it, in words; none: nothing.</summary>
    public (Fault Fault, string Why) Lack(Credentials login, SaslServer server)
    {
        if (LackOf(login) is { } lack)
            return (Fault.Argument, $"{Name}: {lack}");
        if (Needs(SaslNeeds.Digests) && !OpenSsl.IsThere)
            return (Fault.Tls, OpenSsl.Missing);
        if (Needs(SaslNeeds.Binding) && server.EndPointBinding is null)
            return (Fault.Tls, $"{Name}: there is no TLS, or none whose certificate can be bound to");
        return (Fault.None, "");
    }

    private string? LackOf(Credentials login)
    {
        if (Needs(SaslNeeds.User) && login.User.Length == 0)
            return "there is no user";
        if (Needs(SaslNeeds.Password) && !login.HasPassword)
            return "there is no password";
        if (Needs(SaslNeeds.Token) && login.Token is null)
            return "there is no token";
        if (Needs(SaslNeeds.OwnIdentity) && login.AuthorizationId.Length > 0)
            return "it cannot name an authorization identity";
        bool isMalformed = login.User.Any(char.IsControl) || login.AuthorizationId.Any(char.IsControl)
            || login.Password.Contains('\0', StringComparison.Ordinal);
        // NUL parts the fields of PLAIN, %x01 those of XOAUTH2.
        return isMalformed ? "a control character in user or identity, or NUL in password" : null;
    }
}
