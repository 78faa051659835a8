namespace MailModule.Mail.Logins.Server;

/// <summary>
/// EXTERNAL (RFC 4422, appendix A): the client has shown already who it is; it says at most whom to act as.
/// </summary>
internal sealed class ExternalExchange() : SaslExchange("EXTERNAL")
{
    public override SaslProgress Take(byte[] message)
    {
        bool isGood = SaslEncoding.TryReadName(message, out string identity) || message.Length == 0;
        Identity = identity;
        return isGood ? SaslProgress.Login : SaslProgress.Malformed;
    }
}
