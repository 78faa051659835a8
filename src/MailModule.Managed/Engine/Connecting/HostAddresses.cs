using System.Net;
using MailModule.Dns;
using MailModule.Primitives;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Connecting;

/// <summary>
/// Looks up a host's addresses for a thread of the host program, which waits for them. The questions are asked on a
/// worker: what it leaves running there ends by itself.
/// </summary>
internal sealed class HostAddresses(IDns dns, string host) : IJob
{
    private const string V6Tag = "IPv6:";

    private Action _done = () => { };
    private CancellationToken _cancel;
    private volatile Task<AddressAnswer>? _answer;

    /// <summary>
    /// A host that is an address, in brackets or not (RFC 5321 §4.1.3). The platform takes "1" and "127.1" for
    /// addresses, which are names here.
    /// </summary>
    public static bool TryReadLiteral(string host, out IPAddress? address)
    {
        address = null;
        bool isBracketed = host.Length > 2 && host[0] == '[' && host[^1] == ']';
        string bare = isBracketed ? host[1..^1] : host;
        if (isBracketed && bare.StartsWith(V6Tag, StringComparison.OrdinalIgnoreCase))
            bare = bare[V6Tag.Length..];
        if (!bare.Contains(':') && bare.Count(c => c == '.') != 3 || !IPAddress.TryParse(bare, out address))
            return false;
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return true;
    }

    /// <summary>Blocks until they are there, or the connection's wait ends.</summary>
    /// <param name="text">What went wrong; empty if nothing did, or the wait was ended.</param>
    public Fault Find(
        BlockingConnection connection, Workers workers, TimeSpan atMost, out IReadOnlyList<IPAddress> addresses,
        out string text)
    {
        (addresses, text) = ([], "");
        Fault fault = connection.WaitFor((done, cancel) =>
        {
            (_done, _cancel) = (done, cancel);
            workers.Run(this);
        }, atMost);
        if (fault == Fault.Cancelled)
            return fault;
        if (fault != Fault.None || _answer is not { IsCompletedSuccessfully: true } answer)
        {
            text = $"{host}: no answer in time";
            return Fault.Dns;
        }
        addresses = answer.Result.Addresses;
        text = answer.Result.Text;
        return FaultOf(answer.Result.Status);
    }

    void IJob.Run()
    {
        Task<AddressAnswer> answer = new AddressLookup(dns).Find(host, _cancel).AsTask();
        _answer = answer;
        if (answer.IsCompleted)
            _done();
        else
            answer.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_done);
    }

    private static Fault FaultOf(DnsStatus status) => status switch
    {
        DnsStatus.Ok => Fault.None,
        DnsStatus.NoData or DnsStatus.NxDomain or DnsStatus.BadName => Fault.NotFound,
        DnsStatus.Cancelled => Fault.Cancelled,
        _ => Fault.Dns,
    };
}
