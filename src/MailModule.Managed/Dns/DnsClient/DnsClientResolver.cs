using System.Net;
using DnsClient;
using MailModule.Dns.Stub;
using MailModule.Dns.Wire;
using MailModule.Primitives;
using MailModule.Primitives.Os;

using Package = DnsClient;

namespace MailModule.Dns.DnsClient;

/// <summary>
/// The NuGet package DnsClient in place of <see cref="StubResolver"/>: what <c>./build.sh build --dns=dnsclient</c>
/// compiles in. Decision 0011 lists the promises that it does not keep.
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

    public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
    {
        StubSettings settings = _settings();
        return CnameChain.Resolve(question, name => AskServers(question with { Name = name }, settings, cancel));
    }

    private async ValueTask<ServerAnswer> AskServers(
        DnsQuestion asked, StubSettings settings, CancellationToken cancel)
    {
        string name = asked.Name;
        try
        {
            var question = new Package.DnsQuestion(name.Length == 0 ? "." : name, (QueryType)asked.Type);
            Response response = await Query(question, settings, QueryWriter.PayloadSize, cancel).ConfigureAwait(false);
            if (response.IsEdnsRefusal)
                response = await Query(question, settings, PlainPayloadSize, cancel).ConfigureAwait(false);
            return response.IsAnswer
                ? ServerAnswer.Of(response)
                : ServerAnswer.None(
                    DnsStatus.Failed, name, $"{name}: the server {StubResolver.TextFor(response.Rcode)}");
        }
        // DnsClient throws for what the network and the servers do, and not only exceptions of its own.
        catch (Exception e)
        {
            DnsStatus status = cancel.IsCancellationRequested ? DnsStatus.Cancelled
                : e is DnsResponseException { Code: DnsResponseCode.ConnectionTimeout } ? DnsStatus.TimedOut
                : DnsStatus.Failed;
            return ServerAnswer.None(status, name, $"{name}: {ExceptionWords.Of(e)}");
        }
    }

    private async Task<Response> Query(
        Package.DnsQuestion question, StubSettings settings, int payloadSize, CancellationToken cancel)
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
        return ResponseConverter.Convert(await query.WaitAsync(cancel).ConfigureAwait(false), question);
    }
}
