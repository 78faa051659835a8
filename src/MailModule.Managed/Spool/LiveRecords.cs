namespace MailModule.Spool;

/// <summary>
/// The records of one segment that are needed: messages with recipients that are not done, and notes of such messages;
/// linked in the order they came. The committer's own.
/// </summary>
internal struct LiveRecords
{
    private LiveRecord? _last;

    /// <summary>The oldest; the others follow by <see cref="LiveRecord.Next"/>.</summary>
    public LiveRecord? First { get; private set; }

    public int Count { get; private set; }

    /// <summary>Octets of those records.</summary>
    public long Octets { get; private set; }

    public void Add(LiveRecord record)
    {
        (record.Previous, record.Next) = (_last, null);
        if (_last is { } last)
            last.Next = record;
        else
            First = record;
        _last = record;
        Octets += record.Octets;
        Count++;
    }

    public void Remove(LiveRecord record)
    {
        if (record.Previous is { } previous)
            previous.Next = record.Next;
        else
            First = record.Next;
        if (record.Next is { } next)
            next.Previous = record.Previous;
        else
            _last = record.Previous;
        (record.Previous, record.Next) = (null, null);
        Octets -= record.Octets;
        Count--;
    }
}
