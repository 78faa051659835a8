using System.Net;
using MailModule.Engine.Serving.Handlers;
using MailModule.Engine.Settings;

namespace MailModule.Engine.Serving;

/// <summary>Where a server listens, and how many sessions it takes. What is left at its default is as the settings
/// say.</summary>
public sealed record ServerOptions
{
    /// <summary>As <see cref="Port"/>: one that is free, which the system chooses.</summary>
    public const int AnyPort = -1;

    /// <summary>As <see cref="Port"/>: the server listens nowhere, and serves what the host gives it.</summary>
    public const int NoPort = -2;

    private const int MostSessions = 1_000_000;

    /// <summary>0: the setting; <see cref="AnyPort"/>, <see cref="NoPort"/>.</summary>
    public int Port { get; init; }

    /// <summary>IP addresses with commas between; null: the setting.</summary>
    public string? Addresses { get; init; }

    /// <summary>Sessions at once; 0: the setting.</summary>
    public int MaxSessions { get; init; }

    /// <summary>SMTP servers: what <see cref="Port"/> is for. The ports of the settings are for what those say.
    /// </summary>
    public SmtpProtocol Protocol { get; init; }

    /// <summary>TLS from the first octet on <see cref="Port"/>.</summary>
    public bool IsTlsFirst { get; init; }

    /// <summary>SMTP servers: what sessions ask the host, in order.</summary>
    public IReadOnlyList<ISmtpHandlers> Handlers { get; init; } = [];

    /// <summary>POP3 servers: what sessions ask the host, in order.</summary>
    public IReadOnlyList<IPop3Handlers> Pop3Handlers { get; init; } = [];

    /// <summary>What is wrong; null if nothing.</summary>
    public string? FindProblem()
    {
        if (Port is < NoPort or > 65535)
            return "a port is 1 to 65535";
        if (!Enum.IsDefined(Protocol))
            return "there is no such protocol";
        // RFC 2033 §5: LMTP is not for the port of SMTP
        if (Protocol == SmtpProtocol.Lmtp && Port is 0 or 25)
            return "LMTP needs a port of its own, and not 25";
        if (MaxSessions is < 0 or > MostSessions)
            return $"a server has 1 to {MostSessions} sessions at once";
        bool isNone = Addresses is { } text && !SettingForms.Items(text).Any();
        return isNone ? "there is no address" : Addresses is null ? null : SettingForms.Addresses(Addresses, "");
    }

    /// <summary>The port to bind; 0 for one that is free.</summary>
    internal int PortToBind(SettingValues values, Setting setting) => Port switch
    {
        AnyPort => 0,
        0 => values.Int(setting),
        _ => Port,
    };

    internal IReadOnlyList<IPAddress> AddressesToBind(SettingValues values, Setting setting)
        => Addresses is { } text ? [.. SettingForms.Items(text).Select(IPAddress.Parse)] : values.Addresses(setting);

    internal int SessionLimit(SettingValues values, Setting setting)
        => MaxSessions > 0 ? MaxSessions : values.Int(setting);
}
