namespace MailModule.Delivery.Queue;

/// <summary>
/// How many recipients are in each state. The queue's are in the hands of its <see cref="QueueTable"/> alone, and what
/// changes a state asks for them: so no state of the queue changes elsewhere, nor without its count.
/// </summary>
internal sealed class StateCounts
{
    private readonly int[] _recipients = new int[(int)QueueState.Relayed + 1];

    public int this[QueueState state] => _recipients[(int)state];

    public void Enter(QueueState state, int recipients) => _recipients[(int)state] += recipients;

    public void Leave(QueueState state, int recipients) => _recipients[(int)state] -= recipients;

    public void Clear() => Array.Clear(_recipients);
}
