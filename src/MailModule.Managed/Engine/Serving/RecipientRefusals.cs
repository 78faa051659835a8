using System.Net;
using MailModule.Policy;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// The refused recipients of one connection. Who asks for many, to learn which addresses there are, is answered late
/// and then closed; sooner where the address has done so before. What is accepted in between does not matter.
/// </summary>
internal struct RecipientRefusals
{
    private static readonly Bounds s_trusted = new(AtOnce: 20, Limit: 100, TimeSpan.FromSeconds(1));
    private static readonly Bounds s_stranger = new(AtOnce: 5, Limit: 10, TimeSpan.FromSeconds(1));
    private static readonly Bounds s_guesser = new(AtOnce: 0, Limit: 3, TimeSpan.FromSeconds(5));

    private int _count;

    /// <summary>What one connection gets.</summary>
    /// <param name="AtOnce">So many refusals come at once.</param>
    /// <param name="Limit">The connection closes at the first one beyond so many.</param>
    /// <param name="Delay">How late the refusals between come.</param>
    private sealed record Bounds(int AtOnce, int Limit, TimeSpan Delay);

    /// <summary>The verdict on one more.</summary>
    /// <param name="isTrusted">The client may relay, or has logged in.</param>
    /// <param name="reply">Null: the ordinary one.</param>
    public Verdict Add(
        SmtpSession session, SmtpDependencies dependencies, RelayRefusal refusal, bool isTrusted, Reply? reply = null)
    {
        Bounds bounds = isTrusted ? s_trusted : BoundsOfStranger(session, dependencies.Guessing, refusal);
        if (++_count > bounds.Limit)
        {
            dependencies.Log.TooManyRecipientsRefused(session.RemoteEndPoint);
            return Verdict.Close(BackendReplies.TooManyUnknown);
        }
        var verdict = Verdict.Refuse(reply ?? BackendReplies.RecipientRefused(refusal));
        if (_count <= bounds.AtOnce)
            return verdict;
        dependencies.Guessing.LateAnswers.After(bounds.Delay, dependencies.RunJob, new LateVerdict(session, verdict));
        return Verdict.Pending;
    }

    private static Bounds BoundsOfStranger(SmtpSession session, Guessing guessing, RelayRefusal refusal)
        => IsGuesser(session, guessing, refusal) ? s_guesser : s_stranger;

    /// <summary>The client's address has named many unknown recipients of late; this one is counted.</summary>
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
