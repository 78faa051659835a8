using System.Globalization;
using System.Net;
using System.Text;

namespace MailModule.Transport.Proxies;

/// <summary>What a proxy speaks.</summary>
internal enum ProxyKind
{
    /// <summary>RFC 1928, with user and password by RFC 1929.</summary>
    Socks5,
    /// <summary>SOCKS4 with names; knows no passwords and no IPv6.</summary>
    Socks4a,
    /// <summary>HTTP CONNECT, with the Basic login.</summary>
    Http,
}

/// <summary>
/// A proxy for outgoing connections: <c>socks5://[user:password@]host:port</c>, <c>socks4a://…</c>, <c>http://…</c>.
/// Immutable. Its text form does not show the password.
/// </summary>
internal sealed class ProxyAddress
{
    /// <summary>Octets of a user or a password at most (RFC 1929 §2).</summary>
    private const int SecretLimit = 255;

    private static readonly (string Scheme, ProxyKind Kind)[] s_schemes =
        [("socks5://", ProxyKind.Socks5), ("socks4a://", ProxyKind.Socks4a), ("http://", ProxyKind.Http)];

    private ProxyAddress(ProxyKind kind, string host, int port, string? user, string password, IPAddress? address)
    {
        Kind = kind;
        Host = host;
        Port = port;
        User = user;
        Password = password;
        Address = address;
    }

    public ProxyKind Kind { get; }

    /// <summary>A name or an address, IPv6 without brackets.</summary>
    public string Host { get; }
    public int Port { get; }

    /// <summary>Null: no login.</summary>
    public string? User { get; }
    public string Password { get; }

    /// <summary>
    /// Where to connect to. Null while <see cref="Host"/> is a name that nobody has resolved; see <see cref="At"/>.
    /// </summary>
    public IPAddress? Address { get; }

    /// <summary>The same proxy, at an address its name was resolved to.</summary>
    public ProxyAddress At(IPAddress address) => new(Kind, Host, Port, User, Password, address);

    /// <summary>A handshake that leads through it to the target.</summary>
    public IProxyHandshake CreateHandshake(ProxyTarget target) => Kind switch
    {
        ProxyKind.Socks5 => new Socks5Handshake(this, target),
        ProxyKind.Socks4a => new Socks4aHandshake(this, target),
        _ => new HttpConnectHandshake(this, target),
    };

    /// <summary>
    /// False if the text is none of the forms. User and password may be percent-encoded (RFC 3986 §2.1), and have to be
    /// where they hold <c>%</c> or, in a user, <c>:</c>; the last <c>@</c> ends them. One slash may follow the port.
    /// </summary>
    public static bool TryParse(string text, out ProxyAddress? proxy)
    {
        proxy = null;
        (string scheme, ProxyKind kind) =
            Array.Find(s_schemes, one => text.StartsWith(one.Scheme, StringComparison.OrdinalIgnoreCase));
        if (scheme is null)
            return false;
        string rest = text[scheme.Length..];
        int at = rest.LastIndexOf('@');
        string? user = null;
        string password = "";
        if (at >= 0 && !TryReadLogin(rest[..at], kind, out user, out password))
            return false;
        if (!TryReadHost(rest[(at + 1)..], out string host, out int port))
            return false;
        proxy = new ProxyAddress(
            kind, host, port, user, password, IPAddress.TryParse(host, out IPAddress? address) ? address : null);
        return true;
    }

    public override string ToString()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        string scheme = Array.Find(s_schemes, one => one.Kind == Kind).Scheme;
        return string.Create(CultureInfo.InvariantCulture, $"{scheme}{host}:{Port}");
    }

    private static bool TryReadLogin(string text, ProxyKind kind, out string? user, out string password)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        password = "";
        return TryDecode(colon < 0 ? text : text[..colon], out user)
            && TryDecode(colon < 0 ? "" : text[(colon + 1)..], out password) && IsGoodFor(kind, user, password);
    }

    private static bool IsGoodFor(ProxyKind kind, string user, string password)
    {
        if (user.Length == 0 || HasControl(user) || HasControl(password)
            || Encoding.UTF8.GetByteCount(user) > SecretLimit || Encoding.UTF8.GetByteCount(password) > SecretLimit)
            return false;
        return kind switch
        {
            // RFC 1929 §2: a password has 1 to 255 octets
            ProxyKind.Socks5 => password.Length > 0,
            ProxyKind.Socks4a => password.Length == 0,
            // RFC 7617 §2: a user-id holds no colon
            _ => !user.Contains(':', StringComparison.Ordinal),
        };
    }

    private static bool HasControl(string text) => text.Any(char.IsControl);

    private static bool TryReadHost(string text, out string host, out int port)
    {
        text = text.EndsWith('/') ? text[..^1] : text;
        int colon = text.LastIndexOf(':');
        host = colon < 0 ? "" : text[..colon];
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            || port is < 1 or > 65535 || host.Length is 0 or > 255)
            return false;
        bool isBracketed = host[0] == '[' && host[^1] == ']';
        if (!isBracketed)
            return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
        host = host[1..^1];
        return Uri.CheckHostName(host) == UriHostNameType.IPv6;
    }

    private static bool IsEscape(ReadOnlySpan<char> text)
        => text.Length > 2 && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);

    private static bool TryDecode(string text, out string decoded)
    {
        decoded = "";
        for (int i = 0; i < text.Length; i++)
            if (text[i] == '%' && !IsEscape(text.AsSpan(i)))
                return false;
        decoded = Uri.UnescapeDataString(text);
        return true;
    }
}
