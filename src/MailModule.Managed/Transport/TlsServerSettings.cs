using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// The certificate a server shows, and what it accepts. May serve any number of connections at once.
/// </summary>
internal sealed class TlsServerSettings : ITlsSettings
{
    private readonly SslServerAuthenticationOptions _options;
    private readonly SslServerAuthenticationOptions? _optionsOfTls13;

    /// <param name="certificate">With its private key.</param>
    /// <param name="chain">Certificates between it and a root, sent along.</param>
    /// <param name="rules">Null: the default.</param>
    public TlsServerSettings(
        X509Certificate2 certificate, X509Certificate2Collection? chain = null, TlsRules? rules = null)
    {
        rules ??= TlsRules.Default;
        var shown = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        _options = Options(shown, rules, rules.Ciphers);
        if (rules.HasDefaultCiphers)
            _optionsOfTls13 = Options(shown, rules, null);
    }

    /// <summary>
    /// Reads PEM files. <see cref="Fault.NotFound"/>, <see cref="Fault.Io"/>, or <see cref="Fault.Tls"/> when they do
    /// not fit each other or the system has no TLS library; <paramref name="text"/> says what is wrong.
    /// </summary>
    /// <param name="keyFile">Null: the key stands in the certificate's file.</param>
    /// <param name="rules">Null: the default.</param>
    public static Fault TryLoad(
        string certificateFile, string? keyFile, out TlsServerSettings? settings, out string? text,
        TlsRules? rules = null)
    {
        settings = null;
        text = null;
        try
        {
            Fault fault = CertificateFiles.TryRead(
                certificateFile, keyFile, out X509Certificate2? certificate, out X509Certificate2Collection chain,
                out text);
            if (fault == Fault.None)
                settings = new TlsServerSettings(certificate!, chain, rules);
            return fault;
        }
        catch (Exception e)
        {
            text = $"{certificateFile}: {TlsExceptions.Describe(e)}";
            return TlsExceptions.FaultOf(e);
        }
    }

    public Task BeginHandshake(SslStream tls, out CertificateCheck? peer)
    {
        peer = null;
        return _optionsOfTls13 is null
            ? tls.AuthenticateAsServerAsync(_options)
            : tls.AuthenticateAsServerAsync(ChooseOptions, this);
    }

    /// <summary>
    /// Where ciphers are chosen, the platform makes settings of OpenSSL's (SSL_CTX) for each connection, 10 KiB, in
    /// place of one for all. TLS 1.3 needs no choice: its ciphers are all good, and all in our default.
    /// </summary>
    private static ValueTask<SslServerAuthenticationOptions> ChooseOptions(
        SslStream tls, SslClientHelloInfo hello, object? settings, CancellationToken cancel)
    {
        var own = (TlsServerSettings)settings!;
        bool isTls13 = hello.SslProtocols.HasFlag(SslProtocols.Tls13);
        return new(isTls13 ? own._optionsOfTls13! : own._options);
    }

    private static SslServerAuthenticationOptions Options(
        SslStreamCertificateContext shown, TlsRules rules, CipherSuitesPolicy? ciphers) => new()
        {
            ServerCertificateContext = shown,
            EnabledSslProtocols = rules.Protocols,
            CipherSuitesPolicy = ciphers,
            ClientCertificateRequired = false,
            AllowRenegotiation = false, // see TlsClientSettings
        };
}
