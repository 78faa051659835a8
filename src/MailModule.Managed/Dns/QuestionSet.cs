using MailModule.Primitives.Os;

namespace MailModule.Dns;

/// <summary>Several questions that are asked at once, such as those that one message raises.</summary>
internal static class QuestionSet
{
    /// <summary>Where and how to call, and what a cancel does, is as at <see cref="IDns.Ask"/>.</summary>
    /// <param name="timeout">
    /// For all of them: what has no answer by then is <see cref="DnsStatus.TimedOut"/>; a server's own time-out may be
    /// shorter.
    /// </param>
    /// <param name="clock">Counts the time until then; null: the system's.</param>
    /// <returns>An answer to each question, in their order.</returns>
    public static async ValueTask<DnsAnswer[]> AskAll(
        this IDns dns, IReadOnlyList<DnsQuestion> questions, TimeSpan timeout, CancellationToken cancel,
        TimeProvider? clock = null)
    {
        using var deadline = new CancellationTokenSource(timeout, clock ?? TimerThread.Shared);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        Task<DnsAnswer>[] asked = [.. questions.Select(question => dns.Ask(question, end.Token).AsTask())];
        DnsAnswer[] answers = await Task.WhenAll(asked).ConfigureAwait(false);
        return cancel.IsCancellationRequested ? answers : Array.ConvertAll(answers, AtDeadline);
    }

    /// <summary>What the caller has not cancelled the deadline has.</summary>
    private static DnsAnswer AtDeadline(DnsAnswer answer)
        => answer.Status != DnsStatus.Cancelled
            ? answer
            : answer with { Status = DnsStatus.TimedOut, Text = $"{answer.CanonicalName}: no answer in time" };
}
