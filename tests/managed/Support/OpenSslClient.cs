using System.Runtime.InteropServices;
using System.Text;

namespace MailModule.Tests.Support;

/// <summary>
/// A TLS client that does what the platform's stream cannot be asked for: new keys, another handshake. The system's
/// library over memory, and a stream below.
/// </summary>
internal sealed partial class OpenSslClient : IDisposable
{
    private const int SetMaxVersion = 124, Tls12 = 0x0303, WantRead = 2, ReceivedShutdown = 2;
    private readonly Stream _below;
    private readonly nint _settings;
    private readonly nint _ssl;
    private readonly nint _fromPeer;
    private readonly nint _toPeer;
    private readonly byte[] _buffer = new byte[20_000];

    public OpenSslClient(Stream below, bool isTls12 = false)
    {
        _below = below;
        _settings = SSL_CTX_new(TLS_client_method());
        if (isTls12)
            SSL_CTX_ctrl(_settings, SetMaxVersion, Tls12, 0);
        _ssl = SSL_new(_settings);
        _fromPeer = BIO_new(BIO_s_mem());
        _toPeer = BIO_new(BIO_s_mem());
        SSL_set_bio(_ssl, _fromPeer, _toPeer);
        SSL_set_connect_state(_ssl);
        ShakeHands();
    }

    public void ShakeHands() => Do(() => SSL_do_handshake(_ssl));

    public void Send(string text)
    {
        byte[] octets = Encoding.ASCII.GetBytes(text);
        Do(() => SSL_write(_ssl, octets, octets.Length));
    }

    /// <summary>What comes next; empty at the end.</summary>
    public string Receive()
        => Encoding.ASCII.GetString(_buffer, 0, Math.Max(Do(() => SSL_read(_ssl, _buffer, _buffer.Length)), 0));

    /// <summary>RFC 8446 §4.6.3: new keys, which the peer is asked for as well.</summary>
    public void UpdateKeys()
    {
        Assert.Equal(1, SSL_key_update(_ssl, 1));
        ShakeHands();
    }

    /// <summary>The peer has sent a close_notify.</summary>
    public bool WasToldOfTheEnd => (SSL_get_shutdown(_ssl) & ReceivedShutdown) != 0;

    /// <summary>TLS 1.2: another handshake, as soon as something is sent or received.</summary>
    public void Renegotiate() => Assert.Equal(1, SSL_renegotiate(_ssl));

    public void Dispose()
    {
        SSL_free(_ssl);
        SSL_CTX_free(_settings);
    }

    /// <summary>Until it ends: sends what it has written, and gives it what comes.</summary>
    private int Do(Func<int> operation)
    {
        while (true)
        {
            int result = operation();
            bool isWaiting = result <= 0 && SSL_get_error(_ssl, result) == WantRead;
            byte[] written = new byte[100_000];
            if (BIO_read(_toPeer, written, written.Length) is var count and > 0)
                _below.Write(written, 0, count);
            if (!isWaiting)
                return result;
            count = _below.Read(written, 0, written.Length);
            if (count == 0)
                return 0;
            BIO_write(_fromPeer, written, count);
        }
    }

    [LibraryImport("libssl.so.3")]
    private static partial nint TLS_client_method();
    [LibraryImport("libssl.so.3")]
    private static partial nint SSL_CTX_new(nint method);
    [LibraryImport("libssl.so.3")]
    private static partial nint SSL_CTX_ctrl(nint settings, int command, nint value, nint pointer);
    [LibraryImport("libssl.so.3")]
    private static partial void SSL_CTX_free(nint settings);
    [LibraryImport("libssl.so.3")]
    private static partial nint SSL_new(nint settings);
    [LibraryImport("libssl.so.3")]
    private static partial void SSL_free(nint ssl);
    [LibraryImport("libssl.so.3")]
    private static partial void SSL_set_bio(nint ssl, nint fromPeer, nint toPeer);
    [LibraryImport("libssl.so.3")]
    private static partial void SSL_set_connect_state(nint ssl);
    [LibraryImport("libssl.so.3")]
    private static partial int SSL_do_handshake(nint ssl);
    [LibraryImport("libssl.so.3")]
    private static partial int SSL_get_error(nint ssl, int result);
    [LibraryImport("libssl.so.3")]
    private static partial int SSL_write(nint ssl, byte[] octets, int count);
    [LibraryImport("libssl.so.3")]
    private static partial int SSL_read(nint ssl, byte[] octets, int count);
    [LibraryImport("libssl.so.3")]
    private static partial int SSL_key_update(nint ssl, int kind);
    [LibraryImport("libssl.so.3")]
    private static partial int SSL_renegotiate(nint ssl);
    [LibraryImport("libssl.so.3")]
    private static partial int SSL_get_shutdown(nint ssl);
    [LibraryImport("libcrypto.so.3")]
    private static partial nint BIO_s_mem();
    [LibraryImport("libcrypto.so.3")]
    private static partial nint BIO_new(nint method);
    [LibraryImport("libcrypto.so.3")]
    private static partial int BIO_read(nint bio, byte[] octets, int count);
    [LibraryImport("libcrypto.so.3")]
    private static partial int BIO_write(nint bio, byte[] octets, int count);
}
