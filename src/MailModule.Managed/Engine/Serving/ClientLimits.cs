using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>What clients may have, counted over all servers of an engine together.</summary>
/// <param name="Connections">Of each address.</param>
/// <param name="Memory">What sessions hold.</param>
/// <param name="Guessing">Passwords and recipients that were tried.</param>
internal sealed record ClientLimits(AddressCounts Connections, SessionMemory Memory, Guessing Guessing)
{
    public ClientLimits()
        : this(new AddressCounts(), new SessionMemory(SessionMemory.DefaultLimit), new Guessing())
    {
    }

    /// <summary>What mail of strangers is checked for; null: nothing is.</summary>
    public SenderChecks? Checks { get; init; }

    /// <inheritdoc cref="Guessing.ForServer"/>
    public ClientLimits ForServer() => this with { Guessing = Guessing.ForServer() };
}
