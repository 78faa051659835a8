using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Engine.Sending;

/// <summary>
/// What one message's options change about the settings for remote hosts. Pure. A password goes only to the host it is
/// for: with a login of its own a message's server must show the right certificate, unless the message says otherwise;
/// where the login is the settings', a message may ask for more protection than they do and not for less.
/// </summary>
internal static class RemoteOptionsOverride
{
    public static RemoteOptions Apply(RemoteOptions remote, SendOptions options)
    {
        RemoteOptions result = remote with
        {
            HelloName = options.HelloName ?? remote.HelloName,
            Timeout = options.Timeout ?? remote.Timeout,
            Tolerated = options.VerifyCertificate == true ? CertificateProblems.None : remote.Tolerated,
        };
        if (options.User is null && remote.Login is not null)
            return Strengthen(result, options);
        return result with
        {
            StartTls = StartTlsOf(options.Tls) ?? remote.StartTls,
            IsTlsFirst = options.Tls == SendTls.Implicit || options.Tls != SendTls.None && remote.IsTlsFirst,
            VerifyCertificate = options.VerifyCertificate ?? (remote.VerifyCertificate || options.User is not null),
            Login = options.User is { } user ? new Credentials(user, options.Password ?? "") : null,
        };
    }

    private static RemoteOptions Strengthen(RemoteOptions remote, SendOptions options) => remote with
    {
        StartTls = StartTlsOf(options.Tls) is { } asked && asked > remote.StartTls ? asked : remote.StartTls,
        VerifyCertificate = remote.VerifyCertificate || options.VerifyCertificate == true,
    };

    private static StartTlsUse? StartTlsOf(SendTls tls) => tls switch
    {
        SendTls.Settings => null,
        SendTls.None => StartTlsUse.Never,
        SendTls.Opportunistic => StartTlsUse.IfOffered,
        _ => StartTlsUse.Required,
    };
}
