using System.Text;
using MailModule.Engine.Settings;
using MailModule.Lines;

namespace MailModule.Engine.Proxying;

/// <summary>
/// A login that names another server, as the old module had it: <c>local#remoteuser#host</c> with the password
/// <c>localpassword#remotepassword</c>, or <c>local#remoteuser#host#remotepassword</c> with the local password alone.
/// "@" may stand in place of each "#"; then a remote user's name may have "@" in it, and which of the last two parts is
/// the host is told by which of them is allowed. Immutable. Its text form shows no secret.
/// </summary>
internal sealed class ProxiedLogin
{
    private ProxiedLogin(string localUser, string remoteUser, HostAddress server)
    {
        (LocalUser, RemoteUser) = (localUser, remoteUser);
        Host = Settings.ProxyHosts.FormOf(server.Host);
        Port = server.Port > 0 ? server.Port : Settings.ProxyHosts.PlainPort;
    }

    public string LocalUser { get; }
    public string RemoteUser { get; }

    /// <summary>In its ASCII form, or an address without brackets.</summary>
    public string Host { get; }

    public int Port { get; }

    public byte[] LocalPassword { get; private init; } = [];
    public string RemotePassword { get; private init; } = "";

    /// <summary>False: it is a login here, as any.</summary>
    /// <param name="user">As the client has told it.</param>
    /// <param name="password">The same; it stays the caller's.</param>
    public static bool TryParse(string user, ReadOnlySpan<byte> password, ProxyHosts allowed, out ProxiedLogin? login)
    {
        login = null;
        char separator = user.Contains('#') ? '#' : '@';
        if (user.Any(char.IsControl) || !TryCut(user, separator, allowed, out Parts parts)
            || !HostAddress.TryParse(parts.Host, out HostAddress server) || server.Host.All(c => c == '.'))
            return false;
        int at = parts.Password is null ? password.IndexOf((byte)separator) : password.Length;
        if (at <= 0)
            return false;
        string remote = parts.Password ?? Encoding.UTF8.GetString(password[(at + 1)..]);
        if (remote.Length == 0 || remote.AsSpan().ContainsAny('\r', '\n', '\0'))
            return false;
        login = new ProxiedLogin(parts.Local, parts.User, server)
        {
            LocalPassword = password[..at].ToArray(),
            RemotePassword = remote,
        };
        return true;
    }

    /// <summary>A name as it may be shown: its last part may be a password.</summary>
    public static string Shown(string user)
    {
        char separator = user.Contains('#') ? '#' : '@';
        if (user.AsSpan().Count(separator) < 3)
            return user;
        string[] parts = user.Split(separator);
        int shown = separator == '#' ? 3 : parts.Length - 1;
        return string.Join(separator, parts[..shown]) + separator + SpokenSecrets.Mark;
    }

    /// <summary>The remote login, by which its failures are counted.</summary>
    public override string ToString() => $"{RemoteUser}@{Server}";

    public string Server => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static bool TryCut(string user, char separator, ProxyHosts allowed, out Parts parts)
    {
        string[] all = separator == '#' ? user.Split('#', 4) : user.Split('@');
        parts = default;
        if (all.Length < 3)
            return false;
        bool hasPassword = separator == '#' ? all.Length == 4
            : all.Length > 3 && !IsAllowed(all[^1], allowed) && IsAllowed(all[^2], allowed);
        int host = hasPassword ? all.Length - 2 : all.Length - 1;
        parts = new Parts(
            all[0], string.Join(separator, all[1..host]), all[host], hasPassword ? all[host + 1] : null);
        return parts.Local.Length > 0 && parts.User.Length > 0 && parts.Password is not "";
    }

    private static bool IsAllowed(string text, ProxyHosts allowed)
        => HostAddress.TryParse(text, out HostAddress server) && allowed.Find(
            Settings.ProxyHosts.FormOf(server.Host), server.Port > 0 ? server.Port : Settings.ProxyHosts.PlainPort)
            == ProxyPermission.ByName;

    private readonly record struct Parts(string Local, string User, string Host, string? Password);
}
