using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Sending;

/// <summary>What one message's options change about the terms that the settings give. Pure.</summary>
internal static class RemoteOptionsOverride
{
    public static RemoteOptions Apply(RemoteOptions terms, SendOptions options) => terms with
    {
        StartTls = options.Tls switch
        {
            SendTls.Settings => terms.StartTls,
            SendTls.None => StartTlsUse.Never,
            SendTls.Opportunistic => StartTlsUse.IfOffered,
            _ => StartTlsUse.Required,
        },
        IsTlsFirst = options.Tls == SendTls.Implicit || options.Tls == SendTls.Settings && terms.IsTlsFirst,
        VerifyCertificate = options.VerifyCertificate ?? terms.VerifyCertificate,
        Login = options.User is { } user ? new Credentials(user, options.Password ?? "") : terms.Login,
        HelloName = options.HelloName ?? terms.HelloName,
        Timeout = options.Timeout ?? terms.Timeout,
    };
}
