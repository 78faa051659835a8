using System.Net;
using System.Text;
using MailModule.Transport;
using MailModule.Transport.Proxies;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// What proxies answer; the first octet chooses the kind. Any cut gives the same end, the same words and the same
/// octets left for the host behind the proxy.
/// </summary>
internal static class ProxyTarget
{
    private static readonly string[] s_proxies = ["socks5://proxy.example:1080",
        "socks5://user:secret@proxy.example:1080", "socks4a://proxy.example:1080", "http://user:pw@proxy.example:3128"];

    public static void Check(byte[] input)
    {
        if (input.Length == 0)
            return;
        var whole = Run(input, Pieces.Whole);
        foreach (Pieces cut in PiecesExtensions.Cut)
            Assert.Equal(whole, Run(input, cut));
        Assert.Equal(whole.Progress == ProxyProgress.Failed, whole.Problem.Length > 0);
        Assert.False(whole.Problem.Any(char.IsControl), "a control character");
    }

    private static (ProxyProgress Progress, string Problem, string Left, string Said) Run(byte[] input, Pieces pieces)
    {
        IProxyHandshake handshake = HandshakeOf(input[0]);
        var output = new Output();
        ReadOnlySpan<byte> none = [];
        ProxyProgress progress = handshake.Advance(ref none, output);
        byte[] left = [];
        int at = 1;
        for (int end; at < input.Length && progress == ProxyProgress.More; at = end)
        {
            end = pieces.EndOf(input, at);
            ReadOnlySpan<byte> rest = (byte[])[.. left, .. input.AsSpan(at, end - at)];
            do
            {
                int before = rest.Length;
                progress = handshake.Advance(ref rest, output);
                if (rest.Length == before)
                    break;
            }
            while (progress == ProxyProgress.More);
            left = rest.ToArray();
        }
        string behind = progress == ProxyProgress.Connected
            ? Encoding.Latin1.GetString([.. left, .. input.AsSpan(at)])
            : "";
        return (progress, handshake.Problem, behind, Encoding.Latin1.GetString(output.Written));
    }

    private static IProxyHandshake HandshakeOf(byte choice)
    {
        Assert.True(ProxyAddress.TryParse(s_proxies[choice % s_proxies.Length], out ProxyAddress? proxy));
        var target = new MailModule.Transport.Proxies.ProxyTarget(
            (choice & 16) != 0 ? "mx.example.org" : null, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 25));
        return proxy!.Kind switch
        {
            ProxyKind.Socks5 => new Socks5Handshake(proxy, target),
            ProxyKind.Socks4a => new Socks4aHandshake(proxy, target),
            _ => new HttpConnectHandshake(proxy, target),
        };
    }
}
