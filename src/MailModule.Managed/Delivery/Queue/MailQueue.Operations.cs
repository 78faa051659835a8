using MailModule.Primitives;

namespace MailModule.Delivery.Queue;

// The queue as an operator sees it.
internal sealed partial class MailQueue
{
    public QueueCounts Counts
    {
        get
        {
            lock (_lock)
            {
                int Of(QueueState state) => _recipientCounts[(int)state];
                int all = Of(QueueState.Ready) + Of(QueueState.Active) + Of(QueueState.Deferred) + Of(QueueState.Held)
                    + Of(QueueState.Failed) + Of(QueueState.Relayed);
                return new QueueCounts(
                    _items.Count, all, Of(QueueState.Ready), Of(QueueState.Active), Of(QueueState.Deferred),
                    Of(QueueState.Held), Of(QueueState.Failed), Of(QueueState.Relayed));
            }
        }
    }

    public IReadOnlyList<string> List()
    {
        QueueItem[] items;
        lock (_lock)
            items = [.. _items.Values];
        return [.. items.OrderBy(item => item.Received).ThenBy(item => item.Id, StringComparer.Ordinal)
            .Select(item => item.Id)];
    }

    public Fault Find(string id, out QueuedMessageView? message)
    {
        lock (_lock)
        {
            message = _items.TryGetValue(id, out QueueItem? item) ? View(item) : null;
            return message is null ? Fault.NotFound : Fault.None;
        }
    }

    public Fault OpenContent(string id, out Stream? content)
    {
        content = null;
        QueueItem? item;
        lock (_lock)
            if (!_items.TryGetValue(id, out item))
                return Fault.NotFound;
        content = new QueuedContent(item.Entry.Content.OpenRead(), () => IsHere(item));
        return Fault.None;
    }

    public Fault Retry(string? id) => ChangeEach(id, RetryNow);

    public Fault Hold(string? id) => ChangeEach(id, HoldNow);

    public Fault Release(string? id) => ChangeEach(id, ReleaseNow);

    public Fault Remove(string? id) => ChangeEach(id, RemoveNow);

    public void SetListener(Action<QueueEvent>? listener) => _events.SetListener(listener);

    private bool IsHere(QueueItem item)
    {
        lock (_lock)
            return _items.ContainsKey(item.Id);
    }
}
