using System.Net;

namespace MailModule.Dns;

/// <summary>How a look-up of a domain's mail hosts came out.</summary>
internal enum MxStatus
{
    Ok,
    /// <summary>RFC 7505: the domain says that it takes no mail. Permanent.</summary>
    NullMx,
    /// <summary>There is no such domain. Permanent.</summary>
    NoDomain,
    /// <summary>The domain has neither MX nor address, or none of its hosts has an address. Permanent.</summary>
    NoHost,
    /// <summary>The servers did not say; a later try may help.</summary>
    Temporary,
    Cancelled,
    /// <summary>Not a domain name: too long, malformed, or an address. Permanent.</summary>
    BadDomain,
}

/// <summary>One host that takes a domain's mail.</summary>
/// <param name="Addresses">
/// In the order to try them (<see cref="AddressLookup"/>); empty if the host has none, or they are not known for now.
/// </param>
public sealed record MailExchanger(string Name, int Preference, IReadOnlyList<IPAddress> Addresses);

/// <summary>The hosts of a domain, best first.</summary>
/// <param name="Hosts">
/// Empty unless <see cref="MxStatus.Ok"/>; then at least one has an address. Hosts without an address are in the list
/// too, so that this host's own name is recognised among them.
/// </param>
/// <param name="IsImplicit">There is no MX: the domain's own address stands in (RFC 5321 §5.1).</param>
/// <param name="Text">What went wrong, for a human; empty if nothing did.</param>
internal sealed record MxAnswer(MxStatus Status, IReadOnlyList<MailExchanger> Hosts, bool IsImplicit, string Text);
