using MailModule.Dns;

namespace MailModule.Tests.Dns;

/// <summary>For tests that have nothing to do meanwhile.</summary>
internal static class BlockingCalls
{
    public static DnsAnswer Query(this IDns dns, string name, DnsType type, CancellationToken cancel)
        => dns.Ask(new DnsQuestion(name, type), cancel).Wait();

    public static T Wait<T>(this ValueTask<T> coming) => coming.AsTask().Awaited();

    public static T Awaited<T>(this Task<T> coming) => coming.GetAwaiter().GetResult();
}
