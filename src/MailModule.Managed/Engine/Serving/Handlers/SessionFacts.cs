using MailModule.Smtp.Server;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>Tells a host who a session is with.</summary>
internal static class SessionFacts
{
    public static SessionInfo Of(HandlerCalls calls)
    {
        SmtpSession session = calls.Session;
        return new SessionInfo
        {
            Client = session.RemoteEndPoint,
            ConnectedFrom = session.Peer.TransportEndPoint,
            Server = session.Peer.LocalEndPoint,
            Helo = session.Helo,
            Protocol = ProtocolOf(session),
            Tls = session.Peer.TlsDescription ?? "",
            TlsName = session.Peer.ServerName ?? "",
            Certificate = session.Peer.VerifiedCertificate?.Subject ?? "",
            User = session.AuthenticatedUser ?? "",
            Mechanism = session.AuthenticationMechanism ?? "",
            Began = calls.Began,
            IsTrusted = calls.Effects.IsTrusted(session),
            Messages = calls.Effects.Messages,
        };
    }

    // RFC 3848: "S" behind TLS, "A" behind a login
    private static string ProtocolOf(SmtpSession session)
        => (session.Options.IsLmtp ? "LMTP" : session.SaidEhlo ? "ESMTP" : "SMTP")
            + (session.IsTls && session.SaidEhlo ? "S" : "")
            + (session.AuthenticatedUser is not null && session.SaidEhlo ? "A" : "");
}
