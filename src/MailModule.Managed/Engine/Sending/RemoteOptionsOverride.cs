using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Sending;

/// <summary>What one message's options change about the settings for remote hosts. Pure.</summary>
internal static class RemoteOptionsOverride
{
    public static RemoteOptions Apply(RemoteOptions remote, SendOptions options) => remote with
    {
        StartTls = options.Tls switch
        {
            SendTls.Settings => remote.StartTls,
            SendTls.None => StartTlsUse.Never,
            SendTls.Opportunistic => StartTlsUse.IfOffered,
            _ => StartTlsUse.Required,
        },
        IsTlsFirst = options.Tls == SendTls.Implicit || options.Tls == SendTls.Settings && remote.IsTlsFirst,
        VerifyCertificate = options.VerifyCertificate ?? remote.VerifyCertificate,
        Login = options.User is { } user ? new Credentials(user, options.Password ?? "") : remote.Login,
        HelloName = options.HelloName ?? remote.HelloName,
        Timeout = options.Timeout ?? remote.Timeout,
    };
}
