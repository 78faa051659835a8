using MailModule.Engine.Serving.Handlers;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>What a host's handlers are told of a login, and what they give for it, whatever the protocol.</summary>
internal static class HostLogins
{
    public static LoginRequest RequestOf(SaslExchange exchange, VerifiedCertificate? certificate)
        => new(exchange.Mechanism, exchange.User, exchange.Identity)
        {
            Password = exchange is PasswordExchange given ? given.Password : default(ReadOnlyMemory<byte>),
            Token = exchange is OAuthExchange token ? token.Token : "",
            Certificate = exchange is ExternalExchange ? certificate?.Subject ?? "" : "",
        };

    /// <summary>The name that the client told.</summary>
    // EXTERNAL tells no user of its own, and perhaps nobody at all.
    public static string NameTold(SaslExchange exchange, VerifiedCertificate? certificate)
        => exchange.User.Length > 0 ? exchange.User
            : exchange.Identity.Length > 0 ? exchange.Identity
            : exchange is ExternalExchange ? certificate?.Subject ?? "" : "";

    /// <summary>Sets what the exchange is proved against.</summary>
    /// <param name="secret">As the host has given it; null: it knows no such user, which the client must not see
    /// yet.</param>
    public static void SetSecret(SaslExchange exchange, string? secret, Accounts accounts, Log log, string area)
    {
        StoredPassword? password = null;
        if (secret is not null && !StoredPassword.TryParse(secret, out password, out string error))
        {
            log.Write(LogLevel.Error, area, $"a password that the host has given has no form: {error}");
            password = null;
        }
        // RFC 1939 §7: of what is stored APOP needs what CRAM-MD5 does, the password itself
        MechanismSet mechanism = exchange is ApopExchange
            ? MechanismSet.CramMd5
            : ServerMechanisms.Find(exchange.Mechanism);
        ((SecretExchange)exchange).Secret = accounts.SecretOfHost(exchange.User, password, mechanism);
    }
}
