using System.Net;
using MailModule.Dns.Wire;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Dns.Stub;

/// <summary>
/// Asks recursive servers (RFC 1034 §5.3.1), and nobody else: no cache, no hosts file. Every question has
/// an id of its own, and its port is no other's meanwhile.
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
    private readonly QueryPorts _ports;
    private readonly Workers? _workers;

    /// <param name="settings">Called for each question, so that they may change. Must not throw.</param>
    /// <param name="time">
    /// For how long a server that timed out is asked last, and a port is used; null: the system's.
    /// </param>
    /// <param name="workers">Read what is long; null: the thread that received it does.</param>
    public StubResolver(Func<StubSettings> settings, TimeProvider? time = null, Workers? workers = null)
    {
        _workers = workers;
        SocketEngine.Prepare();
        _settings = settings;
        _order = new ServerOrder(time ?? TimeProvider.System);
        _ports = new QueryPorts(time ?? TimeProvider.System);
    }

    public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
    {
        StubSettings settings = _settings();
        return CnameChain.Resolve(question, name => AskServers(question with { Name = name }, settings, cancel));
    }

    private async ValueTask<ServerAnswer> AskServers(
        DnsQuestion question, StubSettings settings, CancellationToken cancel)
    {
        string name = question.Name, text = "";
        List<IPEndPoint> servers = _order.Sort(settings.Servers);
        for (int round = 0; round < settings.Attempts && servers.Count > 0; round++)
            foreach (IPEndPoint server in servers.ToArray())
            {
                TimeSpan timeout = round == 0 ? settings.Timeout : settings.Timeout * 2;
                var query = new ServerQuery(_ports, server, question, timeout, cancel, _workers);
                ServerQueryResult result = cancel.IsCancellationRequested
                    ? ServerQueryResult.Cancelled
                    : await query.Run(withEdns: round == 0).ConfigureAwait(false);
                switch (result)
                {
                    case ServerQueryResult.Cancelled:
                        return new ServerAnswer(null, DnsAnswer.Cancelled(name));
                    case ServerQueryResult.TimedOut:
                        _order.MarkTimedOut(server);
                        continue;
                    case ServerQueryResult.Responded when query.Response!.IsAnswer:
                        _order.MarkResponded(server);
                        return ServerAnswer.Of(query.Response);
                }
                servers.Remove(server);
                text = $"{name}: {server} {TextFor(result, query)}";
            }
        return text.Length > 0
            ? ServerAnswer.None(DnsStatus.Failed, name, text)
            : ServerAnswer.None(DnsStatus.TimedOut, name, TimeoutText(name, settings));
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
