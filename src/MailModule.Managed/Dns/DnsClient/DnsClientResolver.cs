using System.Net;
using DnsClient;
using MailModule.Dns.Stub;
using MailModule.Dns.Wire;
using MailModule.Transport;

namespace MailModule.Dns.DnsClient;

/// <summary>
/// The NuGet package DnsClient in place of <see cref="StubResolver"/>: what <c>./build.sh build --dns=dnsclient</c>
/// compiles in. Decision 0011 lists the promises that it does not keep. Blocks: workers only; any number of threads at
/// once.
/// </summary>
/// <remarks>
/// DnsClient sends, receives and parses, and goes through the servers. What its responses mean is decided here as it is
/// for <see cref="StubResolver"/>: CNAMEs, negative answers, lame servers, servers without EDNS. Its cache, which has
/// no bound, is off: <see cref="DnsCache"/> is above.
/// </remarks>
internal sealed class DnsClientResolver : IDns
{
    private const int PlainPayloadSize = 512;

    private readonly Func<StubSettings> _settings;
    private readonly LookupClient _client = new(new LookupClientOptions { AutoResolveNameServers = false });

    /// <param name="settings">Called for each question, so that they may change. Must not throw.</param>
    public DnsClientResolver(Func<StubSettings> settings)
    {
        SocketEngine.Prepare();
        _settings = settings;
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

    /// <summary>A response with an answer; or the answer that says why there is none.</summary>
    private DnsAnswer? Ask(
        string name, DnsType type, StubSettings settings, CancellationToken cancel, out Response? response)
    {
        response = null;
        try
        {
            var question = new DnsQuestion(name.Length == 0 ? "." : name, (QueryType)type);
            response = Ask(question, settings, QueryWriter.PayloadSize, cancel);
            if (response.IsEdnsRefusal)
                response = Ask(question, settings, PlainPayloadSize, cancel);
            string text = $"{name}: the server {StubResolver.TextFor(response.Rcode)}";
            return response.IsAnswer ? null : new DnsAnswer(DnsStatus.Failed, [], name, text);
        }
        // DnsClient throws for what the network and the servers do, and not only exceptions of its own.
        catch (Exception e)
        {
            DnsStatus status = cancel.IsCancellationRequested ? DnsStatus.Cancelled
                : e is DnsResponseException { Code: DnsResponseCode.ConnectionTimeout } ? DnsStatus.TimedOut
                : DnsStatus.Failed;
            return new DnsAnswer(status, [], name, $"{name}: {e.Message}");
        }
    }

    private Response Ask(DnsQuestion question, StubSettings settings, int payloadSize, CancellationToken cancel)
    {
        NameServer[] servers = [.. settings.Servers.Select(server => new NameServer(server))];
        var options = new DnsQueryOptions
        {
            Timeout = settings.Timeout,
            Retries = settings.Attempts - 1,
            UseCache = false,
            ThrowDnsErrors = false,
            ExtendedDnsBufferSize = payloadSize,
        };
        Task<IDnsQueryResponse> query = _client.QueryServerAsync(servers, question, options, cancel);
        // Ends at the cancel itself; the query follows when DnsClient sees it.
        return ResponseConverter.Convert(query.WaitAsync(cancel).GetAwaiter().GetResult(), question);
    }
}
