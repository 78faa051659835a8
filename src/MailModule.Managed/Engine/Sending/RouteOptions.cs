using MailModule.Delivery.Remote;
using MailModule.Engine.Settings;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Engine.Sending;

/// <summary>How the host of a route is spoken to, where the route says it.</summary>
internal static class RouteOptions
{
    /// <param name="options">Those for hosts of which the settings say nothing special.</param>
    public static RemoteOptions Of(RemoteOptions options, DomainRoute route) => options with
    {
        IsTlsFirst = route.Tls == "implicit",
        // smtponlytls is for all mail: a route may ask for more, never for less.
        StartTls = options.StartTls == StartTlsUse.Required || route.Tls == "required" ? StartTlsUse.Required
            : route.Tls == "none" ? StartTlsUse.Never
            : route.Tls == "opportunistic" ? StartTlsUse.IfOffered
            : options.StartTls,
        VerifyCertificate = options.VerifyCertificate || route.IsVerified,
        Tolerated = route.IsVerified ? CertificateProblems.None : options.Tolerated,
    };
}
