using System.Buffers;

namespace MailModule.Transport.Proxies;

/// <summary>How far the handshake with a proxy has come.</summary>
internal enum ProxyProgress
{
    /// <summary>It waits for more from the proxy.</summary>
    More,
    /// <summary>From here on the octets are the target's; those that came already are still in the input.</summary>
    Connected,
    /// <summary>See <see cref="IProxyHandshake.Problem"/>.</summary>
    Failed,
}

/// <summary>One kind of proxy's handshake, until the proxy has connected us, as a pure machine; one owner.</summary>
internal interface IProxyHandshake
{
    /// <summary>What the proxy refused or got wrong, in words.</summary>
    string Problem { get; }

    /// <summary>
    /// The first call has no input: it writes the request. Consumes whole answers, and no more, from the front of the
    /// input.
    /// </summary>
    ProxyProgress Advance(ref ReadOnlySpan<byte> input, IBufferWriter<byte> output);
}
