using System.Net;
using MailModule.Engine.Serving.Handlers;
using MailModule.Policy;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>What clients may have, counted over all servers of an engine together.</summary>
/// <param name="Connections">Of each address.</param>
/// <param name="Memory">What sessions hold.</param>
/// <param name="Guessing">Passwords and recipients that were tried.</param>
internal sealed record ClientLimits(AddressCounts Connections, SessionMemory Memory, Guessing Guessing)
{
    /// <summary>Octets of mail that clients have sent.</summary>
    public VolumeMeter Volume { get; init; } = new(Guessing.Clock);

    /// <summary>Where users have read their mail.</summary>
    public PopLogins PopLogins { get; init; } = new(Guessing.Clock);

    public ClientLimits()
        : this(new AddressCounts(), new SessionMemory(SessionMemory.DefaultLimit), new Guessing())
    {
    }

    /// <summary>The threads that the host's handlers run on.</summary>
    public HandlerPools Handlers { get; init; } = new();

    /// <summary>What mail of strangers is checked for; null: nothing is.</summary>
    public SenderChecks? Checks { get; init; }

    /// <summary>The client has logged in, or its address may relay: by the list, or by a login of POP3.</summary>
    public bool MayRelay(RelayPolicy rules, IPAddress client, bool isLoggedIn)
        => rules.MayRelay(client, isLoggedIn)
            || rules.Clients.PopLoginLife is var life && life > TimeSpan.Zero && PopLogins.IsRecent(client, life);

    /// <inheritdoc cref="Guessing.ForServer"/>
    public ClientLimits ForServer() => this with { Guessing = Guessing.ForServer() };
}
