using System.Net;
using MailModule.Dns.Wire;
using MailModule.Transport;

namespace MailModule.Dns.Stub;

/// <summary>
/// Asks recursive servers (RFC 1034 §5.3.1), and nobody else: no cache, no hosts file. Every query has a socket, port
/// and id of its own. Blocks: workers only; any number of threads at once.
/// </summary>
/// <remarks>
/// Rounds through the servers until one responds with an answer. A server that fails (SERVFAIL, REFUSED, malformed) is
/// not asked again for this question; a server that times out is asked again in the next round, for twice as long and
/// without EDNS, which some network on the way may drop (RFC 6891 §6.2.5).
/// </remarks>
internal sealed class StubResolver : IDns
{
    private readonly Func<StubSettings> _settings;
    private readonly ServerOrder _order;

    /// <param name="settings">Called for each question, so that they may change. Must not throw.</param>
    /// <param name="time">For how long a server that timed out is asked last; null: the system's.</param>
    public StubResolver(Func<StubSettings> settings, TimeProvider? time = null)
    {
        SocketEngine.Prepare();
        _settings = settings;
        _order = new ServerOrder(time ?? TimeProvider.System);
    }

    public DnsAnswer Query(string name, DnsType type, CancellationToken cancel)
    {
        if (!DnsName.TryNormalize(name, out string normal))
            return DnsAnswer.BadName(name);
        var chain = new CnameChain(normal, type);
        StubSettings settings = _settings();
        while (true)
        {
            DnsAnswer? failure = Ask(chain.Name, type, settings, cancel, out Response? response);
            if ((failure ?? chain.Follow(response!)) is { } answer)
                return answer;
        }
    }

    /// <summary>A response with an answer, which NXDOMAIN is too; or the answer that says why there is none.</summary>
    private DnsAnswer? Ask(
        string name, DnsType type, StubSettings settings, CancellationToken cancel, out Response? response)
    {
        List<IPEndPoint> servers = _order.Sort(settings.Servers);
        string text = "";
        for (int round = 0; round < settings.Attempts && servers.Count > 0; round++)
            foreach (IPEndPoint server in servers.ToArray())
            {
                TimeSpan timeout = round == 0 ? settings.Timeout : settings.Timeout * 2;
                var query = new ServerQuery(server, name, type, timeout, cancel);
                ServerQueryResult result = cancel.IsCancellationRequested
                    ? ServerQueryResult.Cancelled
                    : query.Run(withEdns: round == 0);
                response = query.Response;
                switch (result)
                {
                    case ServerQueryResult.Cancelled:
                        return new DnsAnswer(DnsStatus.Cancelled, [], name, $"{name}: cancelled");
                    case ServerQueryResult.TimedOut:
                        _order.MarkTimedOut(server);
                        continue;
                    case ServerQueryResult.Responded when response!.IsAnswer:
                        _order.MarkResponded(server);
                        return null;
                }
                servers.Remove(server);
                text = $"{name}: {server} {TextFor(result, query)}";
            }
        response = null;
        return text.Length > 0
            ? new DnsAnswer(DnsStatus.Failed, [], name, text)
            : new DnsAnswer(DnsStatus.TimedOut, [], name, TimeoutText(name, settings));
    }

    private static string TimeoutText(string name, StubSettings settings)
        => $"{name}: no answer in time from {string.Join(", ", settings.Servers)}";

    private static string TextFor(ServerQueryResult result, ServerQuery query)
        => result == ServerQueryResult.Broken ? query.Text : TextFor(query.Response!.Rcode);

    internal static string TextFor(Rcode rcode) => rcode switch
    {
        Rcode.NoError or Rcode.NameError => "knows nothing of it",
        Rcode.ServerFailure => "answered SERVFAIL",
        Rcode.Refused => "answered REFUSED",
        _ => $"answered with code {(int)rcode}",
    };
}
