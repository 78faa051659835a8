using System.Net;
using MailModule.Engine.Proxying;

namespace MailModule.Engine.Serving;

/// <summary>One session's part in its address's speed, from the login on. Without an address it has no limit.</summary>
internal sealed class ClientSpeed(ClientSpeeds speeds, IPAddress? client) : IClientSpeed
{
    private bool _isBegun;

    /// <summary>It gets messages in pieces, with time between them.</summary>
    public bool IsLimited => Piece < int.MaxValue;

    /// <inheritdoc cref="ClientSpeeds.Piece"/>
    public int Piece => _isBegun ? speeds.Piece : int.MaxValue;

    /// <inheritdoc cref="ClientSpeeds.WaitOf"/>
    public TimeSpan Wait => _isBegun ? speeds.WaitOf(client!) : TimeSpan.Zero;

    /// <inheritdoc cref="ClientSpeeds.Begin"/>
    public void Begin()
    {
        if (_isBegun || client is null)
            return;
        _isBegun = true;
        speeds.Begin(client);
    }

    /// <inheritdoc cref="ClientSpeeds.Add"/>
    public void Add(int octets)
    {
        if (_isBegun)
            speeds.Add(client!, octets);
    }

    /// <inheritdoc cref="ClientSpeeds.End"/>
    public void End()
    {
        if (!_isBegun)
            return;
        _isBegun = false;
        speeds.End(client!);
    }
}
