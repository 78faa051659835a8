using System.Net;
using MailModule.Dns.Wire;
using MailModule.Transport;

namespace MailModule.Dns.Stub;

/// <summary>
/// Asks recursive servers (RFC 1034 §5.3.1), and nobody else: no cache, no hosts file. Every query has a socket, port and number of its own. Blocks: workers
/// only; any number at once.
/// </summary>
/// <remarks>
/// Rounds through the servers until one replies with an answer. A server that fails (SERVFAIL, REFUSED, no sense) is out for this question; one that is silent is
/// asked again in the next round, with more deadline and without EDNS, which some network on the way may not like (RFC 6891 §6.2.5).
/// </remarks>
public sealed class StubResolver : IDns
{
    private readonly Func<StubSettings> _settings;
    private readonly ServerOrder _order;

    /// <param name="settings">Asked for each question, so that they may change. Must not throw.</param>
    /// <param name="time">For how long a silent server is remembered; null: the system's.</param>
    public StubResolver(Func<StubSettings> settings, TimeProvider? time = null)
    {
        SocketEngine.Prepare();
        _settings = settings;
        _order = new ServerOrder(time ?? TimeProvider.System);
    }

    public DnsAnswer Query(string name, DnsType type, CancellationToken cancel)
    {
        if (!DnsName.TryNormalize(name, out string normal))
            return new DnsAnswer(DnsStatus.BadName, [], name, $"{name}: not a domain name");
        var chain = new CnameChain(normal, type);
        StubSettings settings = _settings();
        while (true)
        {
            DnsAnswer? failure = Ask(chain.Name, type, settings, cancel, out Response? reply);
            if ((failure ?? chain.Take(reply!)) is { } answer)
                return answer;
        }
    }

    /// <summary>A reply with an answer, of which NXDOMAIN is one; or why there is none.</summary>
    private DnsAnswer? Ask(string name, DnsType type, StubSettings settings, CancellationToken cancel, out Response? reply)
    {
        List<IPEndPoint> servers = _order.Of(settings.Servers);
        string text = "";
        for (int round = 0; round < settings.Attempts && servers.Count > 0; round++)
            foreach (IPEndPoint server in servers.ToArray())
            {
                var query = new ServerQuery(server, name, type, round == 0 ? settings.Timeout : settings.Timeout * 2, cancel);
                ServerQueryResult end = cancel.IsCancellationRequested ? ServerQueryResult.Cancelled : query.Run(withEdns: round == 0);
                reply = query.Response;
                switch (end)
                {
                    case ServerQueryResult.Cancelled:
                        return new DnsAnswer(DnsStatus.Cancelled, [], name, $"{name}: cancelled");
                    case ServerQueryResult.TimedOut:
                        _order.MarkTimedOut(server);
                        continue;
                    case ServerQueryResult.Responded when IsAnswer(reply!):
                        _order.MarkResponded(server);
                        return null;
                }
                servers.Remove(server);
                text = $"{name}: {server} {(end == ServerQueryResult.Broken ? query.Text : WordsFor(reply!.Rcode))}";
            }
        reply = null;
        return text.Length > 0
            ? new DnsAnswer(DnsStatus.Failed, [], name, text)
            : new DnsAnswer(DnsStatus.TimedOut, [], name, $"{name}: no answer in time from {string.Join(", ", settings.Servers)}");
    }

    /// <summary>
    /// An empty reply of one that neither owns the zone nor looks further, and names no zone (a lame server, a referral), says nothing about the name: taken for
    /// "no such record" it would make mail bounce (RFC 2308 §2.2).
    /// </summary>
    private static bool IsAnswer(Response reply)
        => reply.Rcode is Rcode.NoError or Rcode.NameError && (reply.IsAuthoritativeOrRecursive || reply.Answers.Count > 0 || reply.Authority is not null);

    private static string WordsFor(Rcode code) => code switch
    {
        Rcode.NoError or Rcode.NameError => "knows nothing of it",
        Rcode.ServerFailure => "answered SERVFAIL",
        Rcode.Refused => "answered REFUSED",
        _ => $"answered with code {(int)code}",
    };
}
