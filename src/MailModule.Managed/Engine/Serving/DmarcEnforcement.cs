using MailModule.Authentication;
using MailModule.Mail;
using MailModule.Smtp;

namespace MailModule.Engine.Serving;

/// <summary>What <c>dmarc=enforce</c> makes of a verdict (RFC 9989).</summary>
internal static class DmarcEnforcement
{
    /// <summary>The folder of a mailbox for what is to be quarantined.</summary>
    public const string Folder = "spam";

    /// <summary>The refusal of a message; null: it is not refused.</summary>
    public static Reply? RefusalOf(DmarcResult dmarc) => dmarc switch
    {
        { Result: AuthResult.Fail, Disposition: DmarcPolicy.Reject } => CheckReplies.ByDmarc(dmarc.PolicyDomain),
        // RFC 9989 §11.5: its reader may see an author who could not be judged
        { Result: AuthResult.PermError, Disposition: not DmarcPolicy.None } => CheckReplies.NoAuthor550,
        { Result: AuthResult.TempError } when MayBeProtected(dmarc) => CheckReplies.NoDmarc451,
        _ => null,
    };

    public static bool Quarantines(DmarcResult dmarc)
        => dmarc is { Result: AuthResult.Fail, Disposition: DmarcPolicy.Quarantine };

    /// <summary>Leads a message to the folder for such mail: where a mailbox here gets it, by the user's own address or
    /// by a list's. Recipients elsewhere get it as it is.</summary>
    public static void Quarantine(Envelope envelope)
    {
        for (int i = 0; i < envelope.Recipients.Count; i++)
            envelope.Recipients[i] = FolderMaildrop.Into(envelope.Recipients[i], Folder);
    }

    // The record is known, and asks for nothing: then it does not matter what could not be looked up.
    private static bool MayBeProtected(DmarcResult dmarc)
        => dmarc.PolicyDomain.Length == 0 || dmarc.Policy != DmarcPolicy.None;
}
