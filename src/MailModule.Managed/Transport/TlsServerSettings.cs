using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// The certificate a server shows, and what it accepts. May serve any number of connections at once.
/// </summary>
internal sealed class TlsServerSettings : ITlsSettings
{
    private readonly SslServerAuthenticationOptions _options;
    private readonly SslServerAuthenticationOptions? _optionsWithoutChoice;
    private readonly X509Certificate2 _certificate;
    private readonly ClientTrust? _clients;
    private readonly byte[]? _endPointBinding;
    private readonly bool _isEcdsa;

    /// <param name="certificate">With its private key.</param>
    /// <param name="chain">Certificates between it and a root, sent along.</param>
    /// <param name="rules">Null: the default.</param>
    /// <param name="clients">Null: clients are asked for no certificate.</param>
    public TlsServerSettings(
        X509Certificate2 certificate, X509Certificate2Collection? chain = null, TlsRules? rules = null,
        ClientTrust? clients = null)
    {
        rules ??= TlsRules.Default;
        _certificate = certificate;
        _clients = clients;
        _endPointBinding = EndPointBinding.Of(certificate);
        var shown = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        _options = Options(shown, rules, rules.Ciphers);
        if (rules.HasDefaultCiphers)
            _optionsWithoutChoice = Options(shown, rules, null);
        _isEcdsa = certificate.PublicKey.Oid.Value == TlsRules.EcdsaKey;
    }

    /// <summary>
    /// Reads PEM files. <see cref="Fault.NotFound"/>, <see cref="Fault.Io"/>, or <see cref="Fault.Tls"/> when they do
    /// not fit each other or the system has no TLS library, <see cref="Fault.Config"/> when no cipher of the rules goes
    /// with the key; <paramref name="text"/> says what is wrong.
    /// </summary>
    /// <param name="keyFile">Null: the key stands in the certificate's file.</param>
    /// <param name="rules">Null: the default.</param>
    /// <param name="clients">Null: clients are asked for no certificate.</param>
    public static Fault TryLoad(
        string certificateFile, string? keyFile, out TlsServerSettings? settings, out string? text,
        TlsRules? rules = null, ClientTrust? clients = null)
    {
        settings = null;
        text = null;
        X509Certificate2? certificate = null;
        try
        {
            Fault fault = CertificateFiles.TryRead(
                certificateFile, keyFile, out certificate, out X509Certificate2Collection chain, out text);
            if (fault != Fault.None)
                return fault;
            if (rules is not null && !rules.Suit(certificate!.PublicKey.Oid.Value))
            {
                text = $"{certificateFile}: no cipher that is allowed goes with its kind of key (tls_ciphers)";
                return Fault.Config;
            }
            settings = new TlsServerSettings(certificate!, chain, rules, clients);
            return Fault.None;
        }
        catch (Exception e)
        {
            text = $"{certificateFile}: {TlsExceptions.Describe(e)}";
            return TlsExceptions.FaultOf(e);
        }
        finally
        {
            if (settings is null)
                certificate?.Dispose();
        }
    }

    /// <summary>
    /// Ends the certificate: no handshake works any more. On Windows its key leaves the key store by this, and not when
    /// the process ends.
    /// </summary>
    public void RemoveKey() => _certificate.Dispose();

    public bool AwaitsHello => true;

    /// <summary>
    /// Where ciphers are chosen, the platform makes settings of OpenSSL's (SSL_CTX) for each connection, 13 KiB and a
    /// third of the handshake's time, in place of one for all. So it is not done for clients that TLS 1.3 or a good
    /// cipher is agreed on with anyway.
    /// </summary>
    public Task BeginHandshake(SslStream tls, ReadOnlySpan<byte> hello, out IHandshakeFindings? findings)
        => BeginHandshake(tls, ClientHello.Read(hello), out findings);

    /// <inheritdoc cref="BeginHandshake(SslStream, ReadOnlySpan{byte}, out IHandshakeFindings?)"/>
    public Task BeginHandshake(SslStream tls, ClientHello hello, out IHandshakeFindings? findings)
    {
        var handshake = new ServerHandshake(hello.ServerName, _endPointBinding);
        findings = handshake;
        bool needsChoice = _optionsWithoutChoice is null || !IsGood(hello);
        SslServerAuthenticationOptions options = needsChoice ? _options : _optionsWithoutChoice!;
        return tls.AuthenticateAsServerAsync(_clients is null ? options : Asking(_clients, options, handshake));
    }

    private static SslServerAuthenticationOptions Asking(
        ClientTrust clients, SslServerAuthenticationOptions options, ServerHandshake handshake)
    {
        var asking = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = options.ServerCertificateContext,
            EnabledSslProtocols = options.EnabledSslProtocols,
            AllowRenegotiation = options.AllowRenegotiation,
        };
        if (PlatformTls.ChoosesCiphers)
            asking.CipherSuitesPolicy = options.CipherSuitesPolicy;
        clients.AskIn(asking, handshake);
        return asking;
    }

    // What every OpenSSL prefers, by itself and in our default.
    private bool IsGood(ClientHello hello) => hello.OffersTls13 || (_isEcdsa
        ? hello.Offers(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
            || hello.Offers(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)
        : hello.Offers(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)
            || hello.Offers(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384));

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
