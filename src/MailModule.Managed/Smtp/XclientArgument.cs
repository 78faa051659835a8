using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailModule.Smtp;

/// <summary>
/// What XCLIENT says about the client that its sender speaks for (Postfix's XCLIENT_README). What was not given is null
/// or false; a text that was given as not available is empty, and an address <see cref="Unknown"/>.
/// </summary>
internal sealed class XclientArgument
{
    /// <summary>An address that the sender does not know.</summary>
    public static readonly IPAddress Unknown = IPAddress.Any;

    // Octets: they stand in a line of Received together.
    private const int LongestText = 255;
    private const string V6Tag = "IPV6:";
    private static readonly string[] s_unavailable = ["[UNAVAILABLE]", "[TEMPUNAVAIL]"];

    /// <summary>The attributes that are known, as EHLO names them.</summary>
    public static ReadOnlySpan<byte> Attributes => "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"u8;

    public string? Name { get; private set; }
    public IPAddress? Address { get; private set; }
    public int? Port { get; private set; }
    public string? Helo { get; private set; }
    public bool IsExtended { get; private set; }
    public string? Login { get; private set; }
    public IPAddress? ServerAddress { get; private set; }
    public int? ServerPort { get; private set; }

    /// <summary>False: malformed, or an attribute is not known or stands twice.</summary>
    public static bool TryParse(ReadOnlySpan<byte> argument, out XclientArgument parsed)
    {
        parsed = new XclientArgument();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (Range one in argument.Split((byte)' '))
        {
            ReadOnlySpan<byte> item = argument[one];
            if (item.IsEmpty)
                continue;
            int sign = item.IndexOf((byte)'=');
            if (sign <= 0 || !XText.TryDecodeUtf8(item[(sign + 1)..], out string value)
                || Encoding.UTF8.GetByteCount(value) > LongestText || value.Any(char.IsControl))
                return false;
            string name = Encoding.ASCII.GetString(item[..sign]);
            if (!seen.Add(name) || !parsed.TrySet(name.ToUpperInvariant(), value))
                return false;
        }
        return seen.Count > 0;
    }

    /// <summary>An end's address and port after this, where it had <paramref name="before"/>; null: it has none.
    /// </summary>
    public static IPEndPoint? Over(IPEndPoint? before, IPAddress? address, int? port)
    {
        if (address is null)
            return before is null || port is null ? before : new IPEndPoint(before.Address, port.Value);
        return address.Equals(Unknown) ? null : new IPEndPoint(address, port ?? 0);
    }

    private bool TrySet(string name, string value)
    {
        bool isUnavailable = Array.Exists(
            s_unavailable, word => word.Equals(value, StringComparison.OrdinalIgnoreCase));
        string text = isUnavailable ? "" : value;
        switch (name)
        {
            case "NAME":
                Name = text;
                return !text.Contains(' ');
            case "HELO":
                Helo = text;
                return true;
            case "LOGIN":
                Login = text;
                return true;
            case "PROTO":
                IsExtended = value.Equals("ESMTP", StringComparison.OrdinalIgnoreCase);
                return IsExtended || value.Equals("SMTP", StringComparison.OrdinalIgnoreCase);
            case "ADDR":
                Address = ReadAddress(text);
                return Address is not null;
            case "DESTADDR":
                ServerAddress = ReadAddress(text);
                return ServerAddress is not null;
            case "PORT":
                return (Port = ReadPort(text)) is not null;
            case "DESTPORT":
                return (ServerPort = ReadPort(text)) is not null;
            default:
                return false;
        }
    }

    private static IPAddress? ReadAddress(string text)
    {
        if (text.Length == 0)
            return Unknown;
        bool isV6 = text.StartsWith(V6Tag, StringComparison.OrdinalIgnoreCase);
        string plain = isV6 ? text[V6Tag.Length..] : text;
        if (!IPAddress.TryParse(plain, out IPAddress? address) || plain.Contains('%') || plain.Contains('['))
            return null;
        bool isRight = isV6
            ? address.AddressFamily == AddressFamily.InterNetworkV6
            : address.ToString() == plain && address.AddressFamily == AddressFamily.InterNetwork;
        return !isRight ? null : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static int? ReadPort(string text)
        => text.Length == 0 ? 0
            : ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) ? port : null;
}
