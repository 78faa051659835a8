namespace MailModule.Authentication;

/// <summary>
/// What was read from texts lately, so that it need not be read for each message. When it is full, what was not asked
/// for since it was half full is forgotten. Any thread.
/// </summary>
/// <param name="limit">Texts at most.</param>
internal sealed class RecentTexts<T>(int limit)
    where T : class
{
    private readonly Lock _lock = new();
    private Dictionary<string, T> _recent = [];
    private Dictionary<string, T> _before = [];

    /// <summary>Null: it is not known.</summary>
    public T? Find(ReadOnlySpan<char> text)
    {
        lock (_lock)
        {
            if (_recent.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out T? value))
                return value;
            if (_before.GetAlternateLookup<ReadOnlySpan<char>>().Remove(text, out string? kept, out value))
                Add(kept, value);
            return value;
        }
    }

    /// <summary>From now on it is known. What is forgotten for it may be in use.</summary>
    public void Keep(string text, T value)
    {
        lock (_lock)
            Add(text, value);
    }

    private void Add(string text, T value)
    {
        if (_recent.Count >= limit / 2)
        {
            _before = _recent;
            _recent = [];
        }
        _recent[text] = value;
    }
}
