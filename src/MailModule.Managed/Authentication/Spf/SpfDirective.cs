using System.Globalization;
using System.Net;

namespace MailModule.Authentication.Spf;

/// <summary>
/// One directive of a record: a mechanism, and what is to be said where it matches (RFC 7208 §4.6.2).
/// </summary>
/// <param name="Qualifier">Pass, Fail, SoftFail or Neutral.</param>
/// <param name="Text">As it stands in the record, without the qualifier.</param>
internal sealed record SpfDirective(AuthResult Qualifier, SpfMechanism Mechanism, string Text)
{
    private const int Ip4Bits = 32, Ip6Bits = 128;

    /// <summary>The domain-spec; null: there is none, and the record's own domain is meant.</summary>
    public MacroText? Domain { get; private init; }

    /// <summary>Of ip4 and ip6; null with every other mechanism.</summary>
    public IPAddress? Network { get; private init; }

    /// <summary>How many bits of an address count for clients with IPv4, and with IPv6.</summary>
    public (int Ip4, int Ip6) PrefixLengths { get; private init; } = (Ip4Bits, Ip6Bits);

    /// <summary>It counts as one of the ten look-ups of a check (RFC 7208 §4.6.4).</summary>
    public bool AsksNames
        => Mechanism is not (SpfMechanism.All or SpfMechanism.Ip4 or SpfMechanism.Ip6);

    /// <summary>Reads a directive that is no modifier; null: its syntax is wrong.</summary>
    public static SpfDirective? Parse(string term)
    {
        (AuthResult qualifier, string text) = term is ['+' or '-' or '~' or '?', ..]
            ? (QualifierOf(term[0]), term[1..])
            : (AuthResult.Pass, term);
        int end = text.AsSpan().IndexOfAny(':', '/');
        string name = end < 0 ? text : text[..end], rest = text[name.Length..];
        return name.ToLowerInvariant() switch
        {
            "all" => rest.Length == 0 ? new SpfDirective(qualifier, SpfMechanism.All, text) : null,
            "include" => WithDomain(new SpfDirective(qualifier, SpfMechanism.Include, text), rest),
            "exists" => WithDomain(new SpfDirective(qualifier, SpfMechanism.Exists, text), rest),
            "ptr" => WithOptionalDomain(new SpfDirective(qualifier, SpfMechanism.Ptr, text), rest),
            "a" => WithPrefixes(new SpfDirective(qualifier, SpfMechanism.A, text), rest),
            "mx" => WithPrefixes(new SpfDirective(qualifier, SpfMechanism.Mx, text), rest),
            "ip4" => WithNetwork(new SpfDirective(qualifier, SpfMechanism.Ip4, text), rest),
            "ip6" => WithNetwork(new SpfDirective(qualifier, SpfMechanism.Ip6, text), rest),
            _ => null,
        };
    }

    private static AuthResult QualifierOf(char sign) => sign switch
    {
        '-' => AuthResult.Fail,
        '~' => AuthResult.SoftFail,
        '?' => AuthResult.Neutral,
        _ => AuthResult.Pass,
    };

    private static SpfDirective? WithDomain(SpfDirective directive, string rest)
        => rest is [':', ..] && MacroText.TryParse(rest[1..], MacroUse.DomainSpec, out MacroText domain)
            ? directive with { Domain = domain }
            : null;

    private static SpfDirective? WithOptionalDomain(SpfDirective directive, string rest)
        => rest.Length == 0 ? directive : WithDomain(directive, rest);

    // RFC 7208 §5.3: "a" [ ":" domain-spec ] [ dual-cidr-length ]. A domain-spec may have slashes as well, but cannot
    // end with one and digits: its last label would begin with neither a letter nor a digit behind a dot.
    private static SpfDirective? WithPrefixes(SpfDirective directive, string rest)
        => TryCutLength(ref rest, "//", Ip6Bits, out int ip6) && TryCutLength(ref rest, "/", Ip4Bits, out int ip4)
            ? WithOptionalDomain(directive with { PrefixLengths = (ip4, ip6) }, rest)
            : null;

    private static SpfDirective? WithNetwork(SpfDirective directive, string rest)
    {
        bool isIp4 = directive.Mechanism == SpfMechanism.Ip4;
        if (rest is not [':', ..] || !TryCutLength(ref rest, "/", isIp4 ? Ip4Bits : Ip6Bits, out int length))
            return null;
        IPAddress? network = isIp4 ? SpfAddress.ParseIp4(rest.AsSpan(1)) : SpfAddress.ParseIp6(rest.AsSpan(1));
        return network is null ? null : directive with { Network = network, PrefixLengths = (length, length) };
    }

    /// <summary>
    /// Takes a prefix length from the end; the whole address counts where none stands there. False: it is too long, or
    /// has a leading zero (RFC 7208 §12: ip4-cidr-length, ip6-cidr-length).
    /// </summary>
    private static bool TryCutLength(ref string rest, string mark, int bits, out int length)
    {
        length = bits;
        int start = rest.Length;
        while (start > 0 && char.IsAsciiDigit(rest[start - 1]))
            start--;
        if (start == rest.Length || !rest.AsSpan(0, start).EndsWith(mark, StringComparison.Ordinal))
            return true;
        ReadOnlySpan<char> digits = rest.AsSpan(start);
        rest = rest[..(start - mark.Length)];
        return (digits.Length == 1 || digits[0] != '0')
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= bits;
    }
}
