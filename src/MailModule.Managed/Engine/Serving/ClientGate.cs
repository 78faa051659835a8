using System.Net;
using MailModule.Engine.Settings;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Engine.Serving;

/// <summary>What a client that may not connect is told, by the reason.</summary>
/// <param name="Barred">A setting keeps its address out.</param>
/// <param name="Banned">Null: this server bans nobody.</param>
/// <param name="OverVolume">Null: this server takes no mail.</param>
internal sealed record GateReplies(byte[] Barred, byte[]? Banned, byte[]? OverVolume);

/// <summary>
/// Who may connect to one server: by the ranges of the settings, by bans, and by the volume that has come from the
/// address. Asked for each connection on the thread that accepts, before anything is made for it; wherever else a
/// client's address becomes known later, it is asked there. Any thread.
/// </summary>
internal sealed class ClientGate(
    EngineSettings settings, ClientLimits limits, Func<SettingValues, AddressGate> gateOf, GateReplies replies, Log log)
{
    private const long LogInterval = 10_000;

    private readonly Lock _lock = new();
    private long _lastLogged = long.MinValue / 2;
    private long _unlogged;

    /// <summary>The reply that refuses the client; null: it may connect.</summary>
    /// <param name="mustLogIn">The port is one for logins (RFC 6409): what is counted of an address does not keep a
    /// user out there.</param>
    public byte[]? WhyBarred(IPAddress client, bool mustLogIn)
    {
        SettingValues values = settings.Current;
        if ((values.Gate.WhatBars(client) ?? gateOf(values).WhatBars(client)) is { } key)
            return Logged(client, key, replies.Barred);
        if (mustLogIn)
            return null;
        if (replies.Banned is not null && limits.Guessing.Bans.Contains(client))
            return replies.Banned; // the log has it since the ban
        return replies.OverVolume is not null && IsOverVolume(values.Relay, client)
            ? Logged(client, "over the volume of smtp_ltime", replies.OverVolume)
            : null;
    }

    private bool IsOverVolume(RelayPolicy rules, IPAddress client)
        => rules.Clients.Volume is { } volume
            && !(volume.SparesRelayClients && limits.MayRelay(rules, client, isLoggedIn: false))
            && limits.Volume.Check(client, volume, more: 0) != VolumeVerdict.Within;

    // A client that is kept out may come a thousand times a second.
    private byte[] Logged(IPAddress client, string key, byte[] reply)
    {
        long others;
        lock (_lock)
        {
            long now = Environment.TickCount64;
            if (now - _lastLogged < LogInterval)
            {
                _unlogged++;
                return reply;
            }
            (_lastLogged, others, _unlogged) = (now, _unlogged, 0);
        }
        log.Barred(others, key, client);
        return reply;
    }
}
