using MailModule.Mail;
using MailModule.Policy;
using MailModule.Smtp;
using MailModule.Smtp.Server;

namespace MailModule.Engine.Serving;

/// <summary>The checks of MAIL, and of senders at RCPT, that settings ask for. None of them waits.</summary>
internal static class MailChecks
{
    /// <summary>Why MAIL is refused; null: it is not.</summary>
    public static Reply? Refusal(
        SmtpSession session, SmtpDependencies dependencies, RelayPolicy rules, bool mayRelay)
    {
        MailAddress sender = session.Envelope.ReversePath;
        SenderRefusal refusal = rules.Clients.Senders.Check(rules, sender, session.AuthenticatedUser, mayRelay);
        if (refusal != SenderRefusal.None)
        {
            dependencies.Log.SenderRefused(sender, refusal, session);
            return BackendReplies.SenderRefused(refusal);
        }
        return rules.Clients.Volume is { } volume && !(volume.SparesRelayClients && mayRelay)
            ? OverVolume(session, dependencies, volume)
            : null;
    }

    /// <summary>Whether the sender of this session may send to another host's recipient.</summary>
    public static bool MayLeave(
        MailAddress recipient, SmtpSession session, SmtpDependencies dependencies, RelayPolicy rules)
    {
        if (rules.Clients.Senders.MayLeave(rules, session.Envelope.ReversePath) || rules.IsRelayed(recipient.Domain))
            return true;
        dependencies.Log.RelayOfSenderRefused(session.Envelope.ReversePath, recipient, session.RemoteEndPoint);
        return false;
    }

    /// <summary>Where the content of a message is counted; null: nowhere.</summary>
    public static VolumeAccount? AccountOf(Envelope envelope, SmtpDependencies dependencies, RelayPolicy rules)
        => rules.Clients.Volume is { } volume && envelope.Client is { } client
            && !(volume.SparesRelayClients && !envelope.IsFromStranger)
                ? new VolumeAccount(dependencies.Clients.Volume, client.Address, volume)
                : null;

    private static Reply? OverVolume(SmtpSession session, SmtpDependencies dependencies, VolumeLimits volume)
    {
        if (session.RemoteEndPoint is not { } client)
            return null;
        VolumeVerdict verdict = dependencies.Clients.Volume.Check(client.Address, volume, session.DeclaredSize);
        if (verdict == VolumeVerdict.Within)
            return null;
        dependencies.Log.OverVolume(session.DeclaredSize, client);
        return BackendReplies.OverVolume(verdict);
    }
}
