namespace MailModule.Delivery.Pooling;

/// <summary>What the connections of a pool may be.</summary>
/// <param name="Idle">How long one stays open that no message needs; zero: not at all.</param>
/// <param name="IdleCount">How many such connections at most, to all destinations.</param>
/// <param name="PerDestination">Connections at once to one destination at most; more messages wait.</param>
/// <param name="Messages">Messages on one connection at most.</param>
internal readonly record struct PoolLimits(TimeSpan Idle, int IdleCount, int PerDestination, int Messages);
