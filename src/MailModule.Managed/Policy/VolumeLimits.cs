namespace MailModule.Policy;

/// <summary>How many octets of mail come in over a time at most. Immutable.</summary>
/// <param name="Window">Over which what came fades evenly.</param>
/// <param name="OfAddress">An IPv6 /64 is one address.</param>
/// <param name="OfNetwork">IPv4 /16, IPv6 /48.</param>
/// <param name="OfAll">All clients together.</param>
/// <param name="SparesRelayClients">Who may send to other hosts is not counted.</param>
internal sealed record VolumeLimits(
    TimeSpan Window, long OfAddress, long OfNetwork, long OfAll, bool SparesRelayClients);
