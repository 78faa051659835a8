using System.Text;
using MailModule.Engine.Settings;
using MailModule.Primitives;

namespace MailModule.Engine.Retrieving;

/// <summary>A POP3 mailbox at another host, and for whom its mail is fetched. Immutable.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="User">Login there.</param>
/// <param name="LocalUser">A user here, or an address of a domain of ours.</param>
public sealed record OutsideMailbox(string Host, int Port, string User, string Password, string LocalUser)
{
    public const int PlainPort = 110, TlsPort = 995;

    public OutsideTls Tls { get; init; }

    /// <summary>False: any certificate will do.</summary>
    public bool ChecksCertificate { get; init; } = true;

    /// <summary>The password goes in clear text where there is no other way.</summary>
    public bool AllowsClearPassword { get; init; }

    /// <summary>APOP, or no login (RFC 1939 §7).</summary>
    public bool OnlyApop { get; init; }

    /// <summary>What was fetched stays there.</summary>
    public bool Keeps { get; init; }

    /// <summary>Messages that one look fetches at most; 0: all.</summary>
    public int Most { get; init; }

    /// <summary>How long the server may be silent; null: as the protocol's clients have it.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>From the end of a look to the next; zero: there is none.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>As a setting has it.</summary>
    internal static OutsideMailbox Of(FetchSetting setting) => new(
        setting.Server.Host,
        setting.Server.Port > 0 ? setting.Server.Port : setting.IsTls ? TlsPort : PlainPort,
        setting.User, setting.Password, setting.LocalUser)
    {
        Tls = setting.IsTls ? OutsideTls.Implicit
            : setting.NeedsStls ? OutsideTls.StartTls : OutsideTls.Opportunistic,
        ChecksCertificate = setting.ChecksCertificate,
        AllowsClearPassword = setting.AllowsClearPassword,
        OnlyApop = setting.OnlyApop,
        Keeps = setting.Keeps,
        Most = setting.Most,
        Interval = TimeSpan.FromSeconds(setting.Seconds),
    };

    /// <summary>Whose password it is must not come into a text.</summary>
    public override string ToString() => Name;

    /// <summary>What is wrong; null if nothing. No text shows the password.</summary>
    public string? FindProblem()
        => !FetchSetting.IsWord(User) || !FetchSetting.IsWord(Password)
            ? "user and password are of 1 to 255 characters, and none of them a control character"
            : !HostAddress.TryParse(Host, out HostAddress host) || host.Port > 0 ? "host is no name and no IP address"
            : LocalUser.Length == 0 ? "name is empty"
            : null;

    /// <summary>For people.</summary>
    public string Name => $"{User}@{(Host.Contains(':') ? $"[{BareHost}]" : Host)}:{Port}";

    /// <summary>Whether a text names it: <c>user@host</c>, or with the port.</summary>
    public bool IsNamed(string account)
        => account.Equals(Name, StringComparison.OrdinalIgnoreCase)
            || account.Equals(Name[..Name.LastIndexOf(':')], StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Which mailbox it is: what was fetched from it is known by this, and two looks at one follow each other. The two
    /// ports of POP3 lead to one mailbox, so that nothing comes twice when TLS is chosen later; nor when the host is
    /// written in another form. It is a file's name.
    /// </summary>
    public string Key
    {
        get
        {
            int shown = Port == TlsPort ? PlainPort : Port;
            Span<byte> hash = stackalloc byte[Sha256.Size];
            Sha256.Hash(Encoding.UTF8.GetBytes($"{HostKey}\n{shown}\n{User}"), hash);
            return Convert.ToHexStringLower(hash);
        }
    }

    /// <summary>The host whose connections are counted.</summary>
    internal string HostKey => ProxyHosts.FormOf(BareHost).ToLowerInvariant();

    private string BareHost => Host.Trim('[', ']');
}
