using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailModule.Authentication.Spf;

/// <summary>What macros stand for in one check (RFC 7208 §7.2). All texts may be a stranger's.</summary>
/// <param name="LocalPart">Of the sender; "postmaster" where it has none (RFC 7208 §4.3).</param>
/// <param name="SenderDomain">In ASCII (RFC 8616 §4).</param>
/// <param name="Client">Plain: see <see cref="SpfAddress.Plain"/>.</param>
/// <param name="Helo">In ASCII where it is a domain name.</param>
/// <param name="HostName">Who checks; empty: unknown.</param>
/// <param name="Now">When it checks.</param>
internal sealed record MacroValues(
    string LocalPart, string SenderDomain, IPAddress Client, string Helo, string HostName, DateTimeOffset Now)
{
    /// <summary>Whose record is looked at: changed by include and redirect.</summary>
    public string Domain { get; init; } = SenderDomain;

    /// <summary>%{p}; to be set before a text is expanded that has it.</summary>
    public string ClientName { get; init; } = "unknown";

    public string Sender => $"{LocalPart}@{SenderDomain}";

    /// <param name="letter">A small one.</param>
    public string Of(char letter) => letter switch
    {
        's' => Sender,
        'l' => LocalPart,
        'o' => SenderDomain,
        'd' => Domain,
        'i' => Dotted(Client),
        'p' => ClientName,
        'v' => Client.AddressFamily == AddressFamily.InterNetwork ? "in-addr" : "ip6",
        'h' => Helo,
        'c' => Client.ToString(),
        'r' => HostName.Length > 0 ? HostName : "unknown",
        't' => Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        _ => "",
    };

    /// <summary>RFC 7208 §7.3: an IPv6 address as its 32 nibbles with dots between.</summary>
    private static string Dotted(IPAddress client)
        => client.AddressFamily == AddressFamily.InterNetwork
            ? client.ToString()
            : string.Join('.', Convert.ToHexString(client.GetAddressBytes()).AsEnumerable());
}
