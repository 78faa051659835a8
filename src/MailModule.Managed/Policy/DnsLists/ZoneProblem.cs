using System.Net;

namespace MailModule.Policy.DnsLists;

/// <summary>Why a zone is not used (<see cref="ZoneHealth"/>).</summary>
/// <param name="Kind">Down, Refusing, or LeftOut: it answers, but not as a list must.</param>
/// <param name="Text">What is wrong, in words.</param>
/// <param name="Answer">The address by which it refuses; null if it does not.</param>
internal sealed record ZoneProblem(DnsListStatus Kind, string Text, IPAddress? Answer = null)
{
    public static ZoneProblem NotLookedAt { get; } = new(DnsListStatus.Down, "it could not be looked at");

    public static ZoneProblem NoAnswer(string words) => new(DnsListStatus.Down, $"it does not answer ({words})");

    public static ZoneProblem Refusal(IPAddress answer)
        => new(DnsListStatus.Refusing, $"it does not answer us: {answer}", answer);

    public static ZoneProblem NoList(string words) => new(DnsListStatus.LeftOut, words);
}
