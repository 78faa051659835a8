using MailModule.Dns.Wire;

namespace MailModule.Dns.Stub;

/// <summary>What servers have said of one name: one of the two.</summary>
/// <param name="Response">A response with an answer, which NXDOMAIN is too.</param>
/// <param name="Failure">Why there is none.</param>
internal readonly record struct ServerAnswer(Response? Response, DnsAnswer? Failure)
{
    public static ServerAnswer Of(Response response) => new(response, null);

    public static ServerAnswer None(DnsStatus status, string name, string text)
        => new(null, new DnsAnswer(status, [], name, text));
}
