using MailModule.Delivery.Remote;
using MailModule.Smtp.Client;
using MailModule.Transport;
using MailModule.Transport.Proxies;

namespace MailModule.Engine.Connecting;

/// <summary>What a client's setup came to, its files read.</summary>
internal sealed class ClientSettings(ClientSetup setup, ProxyAddress? proxy, ClientCertificate? certificate)
    : IDisposable
{
    public DialogueTrace? Trace { get; } = setup.Trace is { } sink ? new DialogueTrace(sink) : null;

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

    public void Dispose() => certificate?.Dispose();
}
