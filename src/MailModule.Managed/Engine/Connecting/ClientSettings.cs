using MailModule.Delivery.Remote;
using MailModule.Lines;
using MailModule.Transport;
using MailModule.Transport.Proxies;

namespace MailModule.Engine.Connecting;

/// <summary>What a client's setup came to, its files read.</summary>
internal sealed class ClientSettings(ClientSetup setup, ProxyAddress? proxy, ClientCertificate? certificate)
    : IDisposable
{
    /// <summary>Hears every line of the dialogue; null: nobody does.</summary>
    public Action<TraceDirection, string>? Trace { get; } = setup.Trace;

    /// <summary>For waits that begin later.</summary>
    public ClientTimes Times { get; set; } = setup.Times;

    /// <summary>Null: straight to the server.</summary>
    public ProxyAddress? ProxyFor(RemoteOptions options) => setup.Proxy is null ? options.Proxy : proxy;

    /// <param name="name">That the certificate has to bear.</param>
    public TlsClientSettings TlsFor(string name, RemoteOptions options)
        => new(name, setup.ChecksCertificate, options.Authorities)
        {
            Rules = options.TlsRules,
            Decide = setup.Decide,
            Certificate = certificate,
        };

    /// <summary>Tells what happened, where somebody hears it.</summary>
    public void TraceEvent(string text) => Trace?.Invoke(TraceDirection.Event, text);

    public void Dispose() => certificate?.Dispose();
}
