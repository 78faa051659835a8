using System.Globalization;
using System.Net;

namespace MailModule.Engine.Settings;

/// <summary>
/// A host and perhaps a port as the settings write them: <c>name</c>, <c>name:port</c>, <c>1.2.3.4:port</c>,
/// <c>[v6]:port</c> or a bare IPv6 address.
/// </summary>
/// <param name="Port">0 where none was named.</param>
internal readonly record struct HostAddress(string Host, int Port)
{
    public static bool TryParse(string text, out HostAddress address)
    {
        address = default;
        if (text.Contains(':') && !text.Contains('[') && IPAddress.TryParse(text, out _))
        {
            address = new HostAddress(text, 0);
            return true;
        }
        int colon = text.LastIndexOf(':');
        bool hasPort = colon > text.LastIndexOf(']');
        string host = hasPort ? text[..colon] : text;
        int port = 0;
        if (hasPort && !TryParsePort(text.AsSpan(colon + 1), out port))
            return false;
        address = new HostAddress(host.Trim('[', ']'), port);
        return host.StartsWith('[') ? IPAddress.TryParse(address.Host, out _) && host.EndsWith(']') : IsName(host);
    }

    private static bool TryParsePort(ReadOnlySpan<char> text, out int port)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;

    private static bool IsName(string host)
        => host.Length is > 0 and <= 255 && host.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_');
}
