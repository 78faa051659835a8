using MailModule.Primitives;

namespace MailModule.Delivery.Queue;

// The queue as an operator sees it.
internal sealed partial class MailQueue
{
    public QueueCounts Counts
    {
        get
        {
            lock (_table.Lock)
                return _table.Counts;
        }
    }

    public IReadOnlyList<string> List()
    {
        QueueItem[] items;
        lock (_table.Lock)
            items = _table.All;
        return [.. items.OrderBy(item => item.Received).ThenBy(item => item.Id, StringComparer.Ordinal)
            .Select(item => item.Id)];
    }

    public Fault Find(string id, out QueuedMessageView? message)
    {
        lock (_table.Lock)
        {
            message = null;
            if (!_table.TryFind(id, out QueueItem item))
                return Fault.NotFound;
            message = item.View(_dependencies.Schedule().Expires(item.Received));
            return Fault.None;
        }
    }

    public Fault OpenContent(string id, out Stream? content)
    {
        content = null;
        QueueItem item;
        lock (_table.Lock)
            if (!_table.TryFind(id, out item))
                return Fault.NotFound;
        content = new QueuedContent(item.Entry.Content.OpenRead(), () => IsHere(item));
        return Fault.None;
    }

    public Fault Retry(string? id) => ChangeEach(id, _table.Retry);

    public Fault Hold(string? id) => ChangeEach(id, HoldNow);

    public Fault Release(string? id) => ChangeEach(id, ReleaseNow);

    public Fault Remove(string? id) => ChangeEach(id, RemoveNow);

    public void SetListener(Action<QueueEvent>? listener) => _events.SetListener(listener);

    private bool IsHere(QueueItem item)
    {
        lock (_table.Lock)
            return _table.Holds(item);
    }
}
