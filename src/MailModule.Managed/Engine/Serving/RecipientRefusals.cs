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
    private const int GuessersLimit = 3, GuessersDelay = 5, TrustedMore = 10, TrustedAtOnce = 2;

    private int _count;

    /// <summary>What one connection gets.</summary>
    /// <param name="AtOnce">So many refusals come at once.</param>
    /// <param name="Limit">The connection closes at the first one beyond so many.</param>
    /// <param name="Delay">How late the refusals between come.</param>
    private readonly record struct Bounds(int AtOnce, int Limit, TimeSpan Delay);

    /// <summary>The verdict on one more.</summary>
    /// <param name="isTrusted">The client may relay, or has logged in.</param>
    /// <param name="reply">Null: the ordinary one.</param>
    public Verdict Add(
        SmtpSession session, SmtpDependencies dependencies, RelayRefusal refusal, bool isTrusted, Reply? reply = null)
    {
        GuessLimits limits = dependencies.Policy().Clients.Guess;
        var guesser = isTrusted ? Guesser.None : CountStranger(session, dependencies, limits, refusal);
        if (guesser == Guesser.Banned)
            return Verdict.Close(BackendReplies.Banned);
        Bounds bounds = BoundsOf(limits, isTrusted, guesser);
        if (++_count > bounds.Limit)
        {
            dependencies.Log.TooManyRecipientsRefused(session.RemoteEndPoint);
            return Verdict.Close(BackendReplies.TooManyUnknown);
        }
        var verdict = Verdict.Refuse(reply ?? BackendReplies.RecipientRefused(refusal));
        if (_count <= bounds.AtOnce || bounds.Delay == TimeSpan.Zero)
            return verdict;
        dependencies.Guessing.LateAnswers.After(bounds.Delay, dependencies.RunJob, new LateVerdict(session, verdict));
        return Verdict.Pending;
    }

    private enum Guesser
    {
        None,
        /// <summary>The client's address has named many unknown recipients of late.</summary>
        Known,
        Banned,
    }

    private static Bounds BoundsOf(GuessLimits limits, bool isTrusted, Guesser guesser)
    {
        int most = limits.RecipientErrors;
        if (isTrusted)
            return new Bounds(AtOnce: TrustedAtOnce * most, Limit: TrustedMore * most, limits.Tarpit);
        return guesser == Guesser.Known
            ? new Bounds(AtOnce: 0, Limit: Math.Min(GuessersLimit, most), GuessersDelay * limits.Tarpit)
            : new Bounds(AtOnce: (most + 1) / 2, Limit: most, limits.Tarpit);
    }

    /// <summary>What the client's address is, before this one is counted; or that it is banned with it.</summary>
    private static Guesser CountStranger(
        SmtpSession session, SmtpDependencies dependencies, GuessLimits limits, RelayRefusal refusal)
    {
        if (session.RemoteEndPoint?.Address is not IPAddress client || LoginThrottle.SpeaksForOthers(client))
            return Guesser.None;
        Guessing guessing = dependencies.Guessing;
        IPAddress key = AddressCounts.KeyOf(client);
        Guesser guesser = guessing.Recipients.IsBlocked(key) ? Guesser.Known : Guesser.None;
        if (refusal != RelayRefusal.UnknownUser)
            return guesser;
        int count = guessing.Recipients.Add(key);
        if (limits.BanThreshold == 0 || count < limits.BanThreshold)
            return guesser;
        if (guessing.Bans.Add(client, limits.BanTime))
            dependencies.Log.Banned(client, count, limits.BanTime);
        return Guesser.Banned;
    }
}
