using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Transport.Proxies;

namespace MailModule.Delivery.Pooling;

/// <summary>
/// Which messages may share connections: those to one next hop, for which its hosts are spoken to in the same way to
/// the letter: as whom we log in, by which name we go, how TLS is used and checked, through which proxy, for how long
/// we wait. So no message is sent with another's rights or with less protection than it asked for.
/// </summary>
internal sealed class PoolKey(string nextHop, RemoteOptions options) : IEquatable<PoolKey>
{
    // Login and proxy are made anew for each message; the others are equal by value, or the same object.
    private readonly RemoteOptions _others = options with { Login = null, Proxy = null };

    public string NextHop => nextHop;
    public RemoteOptions Options => options;

    public bool Equals(PoolKey? other)
        => other is not null && nextHop == other.NextHop && _others == other._others
            && AreSame(options.Login, other.Options.Login) && AreSame(options.Proxy, other.Options.Proxy);

    public override bool Equals(object? obj) => Equals(obj as PoolKey);
    public override int GetHashCode() => HashCode.Combine(nextHop, _others);

    private static bool AreSame(Credentials? one, Credentials? other)
        => ReferenceEquals(one, other)
            || (one is not null && other is not null && one.User == other.User && one.Password == other.Password
                && one.HasPassword == other.HasPassword && one.AuthorizationId == other.AuthorizationId
                && one.Token == other.Token);

    private static bool AreSame(ProxyAddress? one, ProxyAddress? other)
        => ReferenceEquals(one, other)
            || (one is not null && other is not null && one.Kind == other.Kind && one.Host == other.Host
                && one.Port == other.Port && one.User == other.User && one.Password == other.Password);
}
