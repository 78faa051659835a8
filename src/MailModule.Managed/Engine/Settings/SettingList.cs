namespace MailModule.Engine.Settings;

/// <summary>
/// The values of a list at one moment, in the order in which their names were set first. Immutable; any thread. One
/// value more costs the same, however many there are: what was added waits until somebody reads the values, who puts
/// them together once.
/// </summary>
internal sealed class SettingList
{
    /// <summary>
    /// So many wait at the most, or as many as there are beside them: a value that is set again and again, and read by
    /// nobody, takes no more room than that.
    /// </summary>
    private const int LeastLimit = 4096;

    public static readonly SettingList Empty = new(new Content([], null));

    private Content _content;

    private SettingList(Content content) => _content = content;

    /// <summary>The same array each time.</summary>
    public SettingListItem[] Items
    {
        get
        {
            Content content = Volatile.Read(ref _content);
            if (content.Added is null)
                return content.Items;
            var whole = new Content(Merge(content.Items, content.Added), null);
            Content first = Interlocked.CompareExchange(ref _content, whole, content);
            return first == content ? whole.Items : first.Items;
        }
    }

    /// <summary>With one value more, which takes the place of an earlier one of its name.</summary>
    public SettingList With(SettingListItem item)
    {
        Content content = Volatile.Read(ref _content);
        if (content.Added?.Count >= Math.Max(LeastLimit, content.Items.Length))
            content = new Content(Items, null);
        return new SettingList(new Content(content.Items, new Added(item, content.Added)));
    }

    private static SettingListItem[] Merge(SettingListItem[] items, Added added)
    {
        var merged = new List<SettingListItem>(items.Length + added.Count);
        var places = new Dictionary<string, int>(items.Length + added.Count, StringComparer.Ordinal);
        foreach (SettingListItem item in items.Concat(added.OldestFirst()))
        {
            if (places.TryAdd(item.Name, merged.Count))
                merged.Add(item);
            else
                merged[places[item.Name]] = item;
        }
        return [.. merged];
    }

    /// <summary>Values in their places, and what was set since, if anything.</summary>
    private sealed class Content(SettingListItem[] items, Added? added)
    {
        public SettingListItem[] Items => items;
        public Added? Added => added;
    }

    /// <summary>A value that was set, behind those that were set before it.</summary>
    private sealed class Added(SettingListItem item, Added? before)
    {
        private readonly Added? _before = before;
        private readonly SettingListItem _item = item;

        public int Count { get; } = (before?.Count ?? 0) + 1;

        public SettingListItem[] OldestFirst()
        {
            var items = new SettingListItem[Count];
            for (Added? one = this; one is not null; one = one._before)
                items[one.Count - 1] = one._item;
            return items;
        }
    }
}
