using System.Net;
using MailModule.Policy;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// The refused recipients of one connection. Who asks for many, to learn which addresses there are, is answered late
/// and then closed; sooner where the address has done so before. What is accepted in between does not matter.
/// </summary>
internal struct RecipientRefusals
{
    private int _count;

    /// <summary>The verdict on one more.</summary>
    public Verdict Add(SmtpSession session, SmtpDependencies dependencies, RelayRefusal refusal, bool isTrusted)
    {
        _count++;
        bool isGuesser = !isTrusted && IsGuesser(session, dependencies.Guessing, refusal);
        if (_count > Limit(isTrusted, isGuesser))
        {
            dependencies.Log.TooManyRecipientsRefused(session.RemoteEndPoint);
            return Verdict.Close(BackendReplies.TooManyUnknown);
        }
        var verdict = Verdict.Refuse(BackendReplies.RecipientRefused(refusal));
        if (!isGuesser && _count <= (isTrusted ? Guessing.RecipientsAtOnceOfTrusted : Guessing.RecipientsAtOnce))
            return verdict;
        TimeSpan delay = isGuesser ? Guessing.RecipientDelayOfGuesser : Guessing.RecipientDelay;
        dependencies.Guessing.LateAnswers.After(delay, dependencies.RunJob, new LateVerdict(session, verdict));
        return Verdict.Pending;
    }

    private static int Limit(bool isTrusted, bool isGuesser)
    {
        if (isTrusted)
            return Guessing.RecipientLimitOfTrusted;
        return isGuesser ? Guessing.RecipientLimitOfGuesser : Guessing.RecipientLimit;
    }

    private static bool IsGuesser(SmtpSession session, Guessing guessing, RelayRefusal refusal)
    {
        if (session.RemoteEndPoint?.Address is not IPAddress client || LoginThrottle.SpeaksForOthers(client))
            return false;
        IPAddress key = AddressCounts.KeyOf(client);
        bool isGuesser = guessing.Recipients.IsBlocked(key);
        if (refusal == RelayRefusal.UnknownUser)
            guessing.Recipients.Add(key);
        return isGuesser;
    }
}
