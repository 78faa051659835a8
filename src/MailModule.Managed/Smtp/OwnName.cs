using System.Net;
using System.Net.Sockets;
using System.Text;
using MailModule.Dns;

namespace MailModule.Smtp;

/// <summary>
/// The name that this host calls itself by, in the form that other hosts take (RFC 5321 §4.1.1.1, §4.1.4): a domain
/// name, those beyond ASCII as A-labels, or an address literal. Immutable.
/// </summary>
internal sealed class OwnName
{
    private const string V6Tag = "IPv6:";

    private OwnName(string text, bool isChanged)
    {
        Text = text;
        IsChanged = isChanged;
    }

    /// <summary>For greetings, trace fields and reports.</summary>
    public string Text { get; }

    /// <summary>It was written in another form: a bare address, or beyond ASCII.</summary>
    public bool IsChanged { get; }

    public bool IsLiteral => Text.StartsWith('[');

    /// <summary>
    /// No host but those nearby can know the name. RFC 5321 §4.1.4: a client that has no better one says its address.
    /// </summary>
    public bool IsOneLabel => !IsLiteral && !Text.Contains('.');

    /// <summary>From a domain, in ASCII or not, an address literal, or an address without its brackets.</summary>
    public static OwnName Of(string text)
    {
        string form = TryReadAddress(text, out IPAddress? address) ? LiteralOf(address!)
            : !Ascii.IsValid(text) && DnsName.TryNormalize(text, out string ascii) ? ascii
            : text;
        return new OwnName(form, form != text);
    }

    /// <summary>RFC 5321 §4.1.3.</summary>
    public static string LiteralOf(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());
        return plain.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{V6Tag}{plain}]" : $"[{plain}]";
    }

    // The platform takes "1" and "127.1" for addresses, which are names here.
    private static bool TryReadAddress(string text, out IPAddress? address)
    {
        address = null;
        bool isBracketed = text.Length > 2 && text[0] == '[' && text[^1] == ']';
        string bare = isBracketed ? text[1..^1] : text;
        if (isBracketed && bare.StartsWith(V6Tag, StringComparison.OrdinalIgnoreCase))
            bare = bare[V6Tag.Length..];
        bool isWhole = bare.Contains(':') || bare.Count(c => c == '.') == 3;
        return isWhole && !bare.Contains('%') && IPAddress.TryParse(bare, out address);
    }
}
