using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>Who an exchange logs in, by the users there are.</summary>
internal static class SaslLogins
{
    /// <summary>
    /// The name under which it is logged, and its failures are counted: what the client said, else what its certificate
    /// says.
    /// </summary>
    public static string NameIn(SaslExchange exchange, VerifiedCertificate? certificate)
    {
        if (exchange is not ExternalExchange)
            return exchange.User;
        return exchange.Identity.Length > 0 ? exchange.Identity
            : certificate is { MailNames: [var first, ..] } ? first
            : certificate?.Subject ?? "";
    }

    /// <summary>
    /// The user's name; null if anything is wrong. May take long: workers only. What is not ours to judge, a token, is
    /// wrong.
    /// </summary>
    /// <param name="right">That the user has to have.</param>
    public static string? Verify(
        Accounts accounts, SaslExchange exchange, VerifiedCertificate? certificate, AccountFlags right)
    {
        if (exchange is SecretExchange { Secret: { IsOfHost: true } } proof)
            return proof.IsProved() && MayActAs(proof.Identity, proof.User) ? proof.User : null;
        Account? account = exchange switch
        {
            PasswordExchange given => accounts.Verify(given.User, given.Password),
            SecretExchange given => Proved(accounts, given),
            ExternalExchange given => Shown(accounts, given, certificate),
            _ => null,
        };
        if (account is null || (account.Flags & right) == 0 || !MayActAs(accounts, exchange.Identity, account))
            return null;
        return exchange is ExternalExchange ? account.Name : exchange.User;
    }

    private static Account? Proved(Accounts accounts, SecretExchange exchange)
    {
        bool isProved = exchange.IsProved();
        return isProved ? accounts.Find(exchange.User) : null;
    }

    // RFC 4422, appendix A: the certificate's addresses say whose it is. Where they are several users', the client has
    // to say as which of them it comes. A user whose password is empty has no login at all.
    private static Account? Shown(Accounts accounts, ExternalExchange exchange, VerifiedCertificate? certificate)
    {
        List<Account> users = [.. (certificate?.MailNames ?? []).Select(accounts.Find).OfType<Account>()
            .Where(account => !account.Password.IsEmpty).Distinct()];
        if (exchange.Identity.Length == 0)
            return users.Count == 1 ? users[0] : null;
        Account? asked = accounts.Find(exchange.Identity);
        return users.Find(user => ReferenceEquals(user, asked));
    }

    // RFC 4422 §3.4.1: the user has to have the right to act as the identity asked for. Each has it for himself alone,
    // however he is spelled.
    private static bool MayActAs(Accounts accounts, string identity, Account account)
        => identity.Length == 0 || ReferenceEquals(accounts.Find(identity), account);

    private static bool MayActAs(string identity, string user)
        => identity.Length == 0 || identity.Equals(user, StringComparison.OrdinalIgnoreCase);
}
