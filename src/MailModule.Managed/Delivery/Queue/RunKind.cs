namespace MailModule.Delivery.Queue;

/// <summary>What a run of the queue, one attempt with one connection, is for.</summary>
/// <param name="IsReport">For mail with a null sender: DSNs and other automatic answers.</param>
/// <param name="IsProven">The next hop, or the address it leads to, has taken mail lately.</param>
internal readonly record struct RunKind(bool IsReport, bool IsProven)
{
    public const int Count = 4;

    /// <summary>From 0, below <see cref="Count"/>.</summary>
    public int Index => (IsReport ? 2 : 0) + (IsProven ? 0 : 1);

    public static RunKind At(int index) => new(IsReport: index >= 2, IsProven: index % 2 == 0);

    /// <summary>A run of this kind that ends may make room for one of the other.</summary>
    public bool MakesRoomFor(RunKind other) => (IsReport || !other.IsReport) && (!IsProven || other.IsProven);
}
