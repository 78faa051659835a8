using System.Net;
using MailModule.Dns;
using MailModule.Mail;
using MailModule.Policy.SenderLists;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>Names that a client gives, looked up: its own, and its sender's domain. One use for each session; who waits
/// goes on on a worker.</summary>
internal sealed class SenderNames(SenderChecks shared, IPAddress client)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly IPAddress _client = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
    private string? _hello;
    private bool _checksOut;

    /// <summary>The name of a HELO is a host's, and leads to the client.</summary>
    public async ValueTask<bool> ChecksOut(string hello)
    {
        if (!ListFacts.MayCheckOut(hello))
            return false;
        if (hello == _hello)
            return _checksOut;
        AddressAnswer answer = await InTime(end => new AddressLookup(shared.Dns).Find(hello, end))
            .ConfigureAwait(false);
        (_hello, _checksOut) = (hello, answer.Addresses.Contains(_client));
        return _checksOut;
    }

    /// <summary>The client takes mail for the sender's domain.</summary>
    public async ValueTask<bool> IsMxOf(MailAddress sender)
    {
        if (sender.Domain.Length == 0 || sender.Domain[0] == '[')
            return false;
        MxAnswer answer = await ExchangersOf(sender.Domain).ConfigureAwait(false);
        return answer.Hosts.Any(host => host.Addresses.Contains(_client));
    }

    public ValueTask<MxAnswer> ExchangersOf(string domain)
        => InTime(end => new MailExchangers(shared.Dns).Find(domain, end));

    // Ends with the engine as well.
    private async ValueTask<T> InTime<T>(Func<CancellationToken, ValueTask<T>> find)
    {
        using var deadline = new CancellationTokenSource(Timeout, shared.Clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(shared.Stopping, deadline.Token);
        return await find(end.Token).OnWorker(shared.RunJob).ConfigureAwait(false);
    }
}
