using System.Net;
using System.Net.Sockets;

namespace MailModule.Policy;

/// <summary>
/// Who may connect: an address that a range has, or any where the range is empty, and that no denial has. Ranges of
/// IPv4 and of IPv6 are two settings; each of them may hold addresses of the other family all the same. Immutable.
/// </summary>
internal sealed class AddressGate
{
    private readonly AddressRanges _range;
    private readonly AddressRanges _deny;
    private readonly string _key;
    private readonly bool _isOpenV4;
    private readonly bool _isOpenV6;

    /// <param name="service">The front of the settings' names: <c>ip</c> gives <c>ip_range</c>, <c>ip6_range</c>,
    /// …</param>
    /// <param name="text">A setting's text, by its name.</param>
    public AddressGate(string service, Func<string, string?> text)
    {
        _key = service;
        AddressRanges v4 = Read(text(Name(isV6: false, "range"))), v6 = Read(text(Name(isV6: true, "range")));
        _range = v4.Union(v6);
        _isOpenV4 = v4.IsEmpty && _range.Largest(isV4: true) is null;
        _isOpenV6 = v6.IsEmpty && _range.Largest(isV4: false) is null;
        _deny = Read(text(Name(isV6: false, "deny"))).Union(Read(text(Name(isV6: true, "deny"))));
    }

    /// <summary>Which setting keeps an address out; null: none does.</summary>
    public string? WhatBars(IPAddress address)
    {
        bool isV6 = address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6;
        if (!(isV6 ? _isOpenV6 : _isOpenV4) && !_range.Contains(address))
            return Name(isV6, "range");
        return _deny.Contains(address) ? Name(isV6, "deny") : null;
    }

    private string Name(bool isV6, string what) => $"{_key}{(isV6 ? "6" : "")}_{what}";

    private static AddressRanges Read(string? text)
        => AddressRanges.TryParse(text ?? "", out AddressRanges ranges) ? ranges : AddressRanges.Empty;
}
