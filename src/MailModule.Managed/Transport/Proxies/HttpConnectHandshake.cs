using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace MailModule.Transport.Proxies;

/// <summary>HTTP CONNECT (RFC 9110 §9.3.6), with the Basic login (RFC 7617).</summary>
internal sealed class HttpConnectHandshake(ProxyAddress proxy, ProxyTarget target) : IProxyHandshake
{
    private const int HeadLimit = 16 * 1024;
    private const int WordsLimit = 200;
    private bool _isAsked;

    public string Problem { get; private set; } = "";

    public ProxyProgress Advance(ref ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        if (!_isAsked)
            return WriteRequest(output);
        while (true)
        {
            if (!"HTTP/1."u8[..Math.Min(7, input.Length)].SequenceEqual(input[..Math.Min(7, input.Length)]))
                return FailGarbled();
            int end = HeadLength(input);
            if (end == 0)
                return input.Length > HeadLimit ? FailGarbled() : ProxyProgress.More;
            if (!TryReadStatus(input[..end], out int status, out string words))
                return FailGarbled();
            if (status / 100 is not 1 and not 2)
                return Fail($"it answers {words}");
            input = input[end..];
            // RFC 9110 §15.2: a 1xx comes before the answer; §9.3.6: any 2xx connects, and has no body
            if (status / 100 == 2)
                return ProxyProgress.Connected;
        }
    }

    private ProxyProgress WriteRequest(IBufferWriter<byte> output)
    {
        if (!target.IsGood)
            return Fail("the name of the target is none that a proxy could resolve");
        _isAsked = true;
        bool isV6 = target.Address.AddressFamily == AddressFamily.InterNetworkV6;
        string host = target.Name ?? (isV6 ? $"[{target.Address}]" : target.Address.ToString());
        string authority = host + ":" + target.Port.ToString(CultureInfo.InvariantCulture);
        Encoding.UTF8.GetBytes($"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n", output);
        if (proxy.User is not null)
        {
            string login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{proxy.User}:{proxy.Password}"));
            Encoding.UTF8.GetBytes($"Proxy-Authorization: Basic {login}\r\n", output);
        }
        output.Write("\r\n"u8);
        return ProxyProgress.More;
    }

    /// <summary>
    /// Up to and with the empty line; 0 if it is not there yet. RFC 9112 §2.2: an LF alone may end a line.
    /// </summary>
    private static int HeadLength(ReadOnlySpan<byte> input)
    {
        int crlf = input.IndexOf("\n\r\n"u8), lf = input.IndexOf("\n\n"u8);
        if (crlf >= 0 && (lf < 0 || crlf < lf))
            return crlf + 3;
        return lf < 0 ? 0 : lf + 2;
    }

    // RFC 9112 §4: HTTP-version SP 3DIGIT SP [reason]
    private static bool TryReadStatus(ReadOnlySpan<byte> head, out int status, out string words)
    {
        string line = Encoding.Latin1.GetString(head[..head.IndexOf((byte)'\n')].TrimEnd((byte)'\r'));
        words = new string([.. line.Skip(9).Take(WordsLimit).Select(c => char.IsControl(c) ? '?' : c)]);
        status = 0;
        return line.Length >= 12 && line[8] == ' ' && (line.Length == 12 || line[12] == ' ')
            && int.TryParse(line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out status)
            && status >= 100;
    }

    private ProxyProgress FailGarbled() => Fail("its answer is not of HTTP");

    private ProxyProgress Fail(string complaint)
    {
        Problem = complaint;
        return ProxyProgress.Failed;
    }
}
