using System.Net;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport.Proxies;

namespace MailModule.Transport.Dialing;

/// <summary>How a <see cref="Dialer"/> connects.</summary>
internal sealed class DialOptions
{
    /// <summary>An address, not a name. Where <see cref="TargetName"/> is given, only its port counts.</summary>
    public required IPEndPoint Target { get; init; }

    /// <summary>
    /// The way there; its <see cref="ProxyAddress.Address"/> has to be known. Null: straight to the target.
    /// </summary>
    public ProxyAddress? Proxy { get; init; }

    /// <summary>
    /// With a proxy: the name that it resolves in place of the target's address; null: it gets the address.
    /// </summary>
    public string? TargetName { get; init; }

    /// <summary>The local address to come from; null: the system's choice.</summary>
    public IPAddress? From { get; init; }

    /// <summary>Until connected, through the proxy too.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For <see cref="Next.StartTls"/> and <see cref="IsTlsFirst"/>; null: no TLS (the session may set it later).
    /// </summary>
    public TlsClientSettings? Tls { get; init; }

    /// <summary>TLS from the first octet.</summary>
    public bool IsTlsFirst { get; init; }
}

/// <summary>Makes outgoing connections.</summary>
internal static class Dialer
{
    /// <summary>
    /// Begins to connect and returns at once. Exactly one of the two is called, once, on any thread, perhaps before
    /// this returns: <paramref name="createSession"/> when connected (the connection then runs its session), or
    /// <paramref name="failed"/> with <see cref="Fault.Connect"/>, <see cref="Fault.Timeout"/>,
    /// <see cref="Fault.Cancelled"/>, <see cref="Fault.Full"/> (no descriptor, or the set's limit) and what the system
    /// says; a proxy that refuses, breaks off or speaks nonsense is <see cref="Fault.Connect"/> with its answer in the
    /// text.
    /// </summary>
    /// <returns>Cancels the attempt; does nothing once one of the two is called.</returns>
    public static Dial Connect(
        DialOptions options, ConnectionSet set, Func<Connection, ISession> createSession, Action<Fault, string> failed)
    {
        SocketEngine.Prepare();
        var dial = new Dial(options, set, createSession, failed);
        dial.Start();
        return dial;
    }
}
