using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// The certificate a server shows, and what it accepts: TLS 1.2 and newer. May serve any number of connections at once.
/// </summary>
internal sealed class TlsServerSettings : ITlsSettings
{
    private readonly SslServerAuthenticationOptions _options;

    /// <param name="certificate">With its private key.</param>
    /// <param name="chain">Certificates between it and a root, sent along.</param>
    public TlsServerSettings(X509Certificate2 certificate, X509Certificate2Collection? chain = null)
    {
        _options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = false,
            AllowRenegotiation = false, // see TlsClientSettings
        };
    }

    /// <summary>
    /// Reads PEM files. <see cref="Fault.NotFound"/>, <see cref="Fault.Io"/>, or <see cref="Fault.Tls"/> when they do
    /// not fit each other or the system has no TLS library; <paramref name="text"/> says what is wrong.
    /// </summary>
    /// <param name="keyFile">Null: the key stands in the certificate's file.</param>
    public static Fault TryLoad(
        string certificateFile, string? keyFile, out TlsServerSettings? settings, out string? text)
    {
        settings = null;
        text = null;
        string file = certificateFile;
        try
        {
            string certificates = TextFile.Read(file, TextFile.PemLimit);
            file = keyFile ?? certificateFile;
            string key = keyFile is null ? certificates : TextFile.Read(file, TextFile.PemLimit);
            file = certificateFile;
            if (!OpenSsl.IsThere)
            {
                text = OpenSsl.Missing;
                return Fault.Tls;
            }
            var certificate = X509Certificate2.CreateFromPem(certificates, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificates);
            settings = new TlsServerSettings(certificate, chain);
            return Fault.None;
        }
        catch (Exception e)
        {
            text = $"{file}: {TlsExceptions.Describe(e)}";
            return TlsExceptions.FaultOf(e);
        }
    }

    public Task BeginHandshake(SslStream tls, out CertificateCheck? peer)
    {
        peer = null;
        return tls.AuthenticateAsServerAsync(_options);
    }
}
