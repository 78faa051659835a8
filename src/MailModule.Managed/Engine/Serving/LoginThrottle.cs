using System.Net;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// Who may try a password, by the failures of the last hour over SMTP and POP3 together: those of his address (an
/// IPv6 /64 counts as one), and those at the name, from wherever they came. Decision 0030. Any thread.
/// </summary>
/// <remarks>
/// A user is not shut out of his account by what strangers do: where he has logged in during the last week, failures of
/// the address and at the name do not count for him, but only those at this name from this address. A right login makes
/// no count smaller: an attacker may have an account of his own. One name counts for an address ten times: a program
/// with an old password, which never stops, does not shut out the others there.
/// </remarks>
internal sealed class LoginThrottle(TimeProvider clock)
{
    private const int KnownCapacity = 16_384;
    private const int OneNameAtAddress = 10;
    private static readonly TimeSpan KnownFor = TimeSpan.FromDays(7);

    private readonly Lock _lock = new();
    private readonly Dictionary<(IPAddress Address, string Name), TimeSpan> _known = [];
    private readonly FailureCounts<IPAddress> _addresses =
        new(new FailureLimits(10, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(15), 8192), clock);
    private readonly FailureCounts<string> _names =
        new(new FailureLimits(10, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(2), 4096), clock);
    private readonly FailureCounts<(IPAddress, string)> _pairs =
        new(new FailureLimits(10, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), 8192), clock);

    /// <summary>There was a right login with this name from this address.</summary>
    /// <param name="client">Null: unknown.</param>
    /// <param name="name">As <see cref="Policy.Accounts.CountedName"/> spells it.</param>
    public bool IsKnown(IPAddress? client, string name)
    {
        if (client is null)
            return false;
        lock (_lock)
            return _known.TryGetValue((AddressCounts.KeyOf(client), name), out TimeSpan last)
                && clock.GetElapsedTime(0) - last < KnownFor;
    }

    /// <summary>False: a password is not to be looked at now.</summary>
    public bool MayTry(IPAddress? client, string name)
    {
        if (client is null)
            return !_names.IsBlocked(name);
        IPAddress address = AddressCounts.KeyOf(client);
        return !_pairs.IsBlocked((address, name))
            && (IsKnown(client, name) || (!_names.IsBlocked(name) && !_addresses.IsBlocked(address)));
    }

    public void Failed(IPAddress? client, string name)
    {
        bool isKnown = IsKnown(client, name);
        if (!isKnown)
            _names.Add(name);
        if (client is null)
            return;
        IPAddress address = AddressCounts.KeyOf(client);
        bool counts = _pairs.Add((address, name)) <= OneNameAtAddress && !isKnown && !SpeaksForOthers(client);
        if (counts)
            _addresses.Add(address);
    }

    public void Succeeded(IPAddress? client, string name)
    {
        if (client is null)
            return;
        lock (_lock)
        {
            _known[(AddressCounts.KeyOf(client), name)] = clock.GetElapsedTime(0);
            if (_known.Count <= KnownCapacity)
                return;
            foreach (var oldest in _known.OrderBy(one => one.Value).Take(KnownCapacity / 4).ToList())
                _known.Remove(oldest.Key);
        }
    }

    /// <summary>
    /// The address of this machine's own programs, such as a web mail, which log in for anybody: what one of their
    /// users does must not shut out the others.
    /// </summary>
    internal static bool SpeaksForOthers(IPAddress client)
    {
        IPAddress address = AddressCounts.KeyOf(client);
        return address.Equals(IPAddress.Loopback) || address.Equals(IPAddress.IPv6Loopback);
    }
}
