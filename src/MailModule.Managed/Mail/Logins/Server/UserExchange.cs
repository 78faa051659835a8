namespace MailModule.Mail.Logins.Server;

/// <summary>USER and PASS of POP3 (RFC 1939 §7) as an exchange in which all is told already.</summary>
internal sealed class UserExchange : PasswordExchange
{
    /// <param name="user">Of USER.</param>
    /// <param name="password">Of PASS, as it came; the exchange's from now on.</param>
    public UserExchange(string user, byte[] password)
        : base("USER")
        => (User, Password) = (user, password);

    public override SaslProgress Take(byte[] message) => SaslProgress.Malformed;
}
