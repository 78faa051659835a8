using MailModule.Lines;
using MailModule.Primitives;
using MailModule.Transport;
using MailModule.Transport.Proxies;

namespace MailModule.Engine.Connecting;

/// <summary>How a client of the host works. What is null is as the engine's settings say.</summary>
public sealed record ClientSetup
{
    public ClientTimes Times { get; init; } = new();

    /// <summary>False: any certificate will do.</summary>
    public bool ChecksCertificate { get; init; } = true;

    /// <summary>In the form of the setting; empty: none.</summary>
    public string? Proxy { get; init; }

    /// <summary>PEM file with our own certificate, for servers that ask for one; null: none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with its private key; null: in the same file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Has the last word on a server's certificate; null: nobody is asked.</summary>
    public CertificateDecision? Decide { get; init; }

    /// <summary>Hears every line of the dialogue; null: nobody does.</summary>
    public Action<TraceDirection, string>? Trace { get; init; }

    /// <summary><see cref="Fault.Argument"/>, or what keeps the certificate's files from being used.</summary>
    internal Fault TryRead(out ClientSettings? settings)
    {
        settings = null;
        ProxyAddress? proxy = null;
        ClientCertificate? certificate = null;
        if (Times.FindProblem() is { } wrong)
            return FaultReason.Because(Fault.Argument, wrong);
        if (!string.IsNullOrEmpty(Proxy) && !ProxyAddress.TryParse(Proxy, out proxy))
            return FaultReason.Because(
                Fault.Argument, "proxy is none of socks5://host:port, socks4a://host:port and http://host:port");
        if (CertificateFile is null && KeyFile is not null)
            return FaultReason.Because(Fault.Argument, "key is given without certificate");
        if (CertificateFile is not null
            && ClientCertificate.TryLoad(CertificateFile, KeyFile, out certificate, out string? text) is var fault
            && fault != Fault.None)
            return FaultReason.Because(fault, text);
        settings = new ClientSettings(this, proxy, certificate);
        return Fault.None;
    }
}
