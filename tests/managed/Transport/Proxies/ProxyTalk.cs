using System.Net;
using System.Text;
using MailModule.Transport;
using MailModule.Transport.Proxies;

namespace MailModule.Tests.Transport.Proxies;

/// <summary>A handshake with a proxy that the test plays; what the proxy says may come in pieces.</summary>
internal sealed class ProxyTalk
{
    private readonly IProxyHandshake _handshake;
    private byte[] _left = [];

    public ProxyTalk(string proxy, string? name = null, string endPoint = "192.0.2.1:25")
    {
        Assert.True(ProxyAddress.TryParse(proxy, out ProxyAddress? address));
        var target = new ProxyTarget(name, IPEndPoint.Parse(endPoint));
        _handshake = address!.Kind switch
        {
            ProxyKind.Socks5 => new Socks5Handshake(address, target),
            ProxyKind.Socks4a => new Socks4aHandshake(address, target),
            _ => new HttpConnectHandshake(address, target),
        };
        Said = Step([]);
    }

    /// <summary>What we said first.</summary>
    public byte[] Said { get; }
    public ProxyProgress Progress { get; private set; }
    public string Problem => _handshake.Problem;

    /// <summary>What the handshake has not consumed.</summary>
    public string Left => Encoding.Latin1.GetString(_left);

    public byte[] Hear(params byte[] octets) => Step(octets);

    public byte[] Hear(string text) => Step(Encoding.Latin1.GetBytes(text));

    /// <summary>Octet by octet, until it is over.</summary>
    public byte[] HearSlowly(params byte[] octets)
    {
        var said = new List<byte>();
        foreach (byte octet in octets)
            if (Progress == ProxyProgress.More)
                said.AddRange(Step([octet]));
            else
                _left = [.. _left, octet];
        return [.. said];
    }

    private byte[] Step(byte[] octets)
    {
        byte[] all = [.. _left, .. octets];
        ReadOnlySpan<byte> input = all;
        var output = new Output();
        Progress = _handshake.Advance(ref input, output);
        _left = input.ToArray();
        return output.Written.ToArray();
    }
}
