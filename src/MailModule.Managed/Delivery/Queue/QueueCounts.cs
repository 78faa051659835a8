namespace MailModule.Delivery.Queue;

/// <summary>How much waits. Recipients count in one of the last six.</summary>
public readonly record struct QueueCounts(
    int Messages, int Recipients, int Ready, int Active, int Deferred, int Held, int Failed, int Relayed);
