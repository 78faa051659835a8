using MailModule.Primitives;

namespace MailModule.Delivery.Queue;

// The queue as an operator sees it.
public sealed partial class MailQueue
{
    public QueueCounts Counts
    {
        get
        {
            lock (_gate)
            {
                int Of(QueueState state) => _recipients[(int)state];
                int all = Of(QueueState.Ready) + Of(QueueState.Active) + Of(QueueState.Deferred) + Of(QueueState.Held) + Of(QueueState.Failed);
                return new QueueCounts(_items.Count, all, Of(QueueState.Ready), Of(QueueState.Active), Of(QueueState.Deferred), Of(QueueState.Held), Of(QueueState.Failed));
            }
        }
    }

    public IReadOnlyList<string> List()
    {
        QueueItem[] items;
        lock (_gate)
            items = [.. _items.Values];
        return [.. items.OrderBy(item => item.Received).ThenBy(item => item.Id, StringComparer.Ordinal).Select(item => item.Id)];
    }

    public Fault Look(string id, out QueuedMessage? message)
    {
        lock (_gate)
        {
            message = _items.TryGetValue(id, out QueueItem? item) ? View(item) : null;
            return message is null ? Fault.NotFound : Fault.None;
        }
    }

    public Fault OpenText(string id, out Stream? text)
    {
        text = null;
        QueueItem? item;
        lock (_gate)
            if (!_items.TryGetValue(id, out item))
                return Fault.NotFound;
        text = new QueuedText(item.Entry.Content.OpenRead(), () => IsHere(item));
        return Fault.None;
    }

    public Fault Retry(string? id) => ForEach(id, RetryNow);

    public Fault Hold(string? id) => ForEach(id, HoldNow);

    public Fault Release(string? id) => ForEach(id, ReleaseNow);

    public Fault Remove(string? id) => ForEach(id, RemoveNow);

    public void SetListener(Action<QueueEvent>? listener) => _events.SetListener(listener);

    private bool IsHere(QueueItem item)
    {
        lock (_gate)
            return _items.ContainsKey(item.Id);
    }
}
