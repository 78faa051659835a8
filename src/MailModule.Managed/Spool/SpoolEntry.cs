using MailModule.Mail;

namespace MailModule.Spool;

/// <summary>A committed message: where it is in the log, which recipients are done, its note. Marks and notes may come
/// from any thread.</summary>
internal sealed class SpoolEntry : LiveRecord, ISpoolEntry
{
    private readonly byte[] _recipients;
    private readonly int _length;
    private readonly int _wireLength;
    private readonly ContentTraits? _traits;
    private MessageContent? _content;
    private EntryNote? _note;
    private int _open;
    private bool _isQueued;
    private bool _isSoon;

    /// <param name="content">Null: it is in the record and not in memory.</param>
    /// <param name="traits">Of what is in the record; null: not known.</param>
    public SpoolEntry(string id, Envelope envelope, MessageContent? content, long length, long wireLength,
        ContentTraits? traits, RecordPlace place)
    {
        Id = id;
        Envelope = envelope;
        _content = content;
        _traits = traits;
        // The body of a longer message has a file of its own.
        (_length, _wireLength) = content is BodyContent ? (0, 0) : ((int)length, (int)wireLength);
        _recipients = new byte[envelope.Recipients.Count];
        _open = _recipients.Length;
        SetPlace(place);
    }

    private enum State : byte
    {
        Open,
        Done,
        /// <summary>Done, and the committer knows.</summary>
        Collected,
    }

    public string Id { get; }
    public Envelope Envelope { get; }
    public MessageContent Content => _content ?? new RecordContent(this, _length, _wireLength, _traits);
    public bool IsInMemory => _content is InlineContent;
    public bool HasBodyFile => _content is BodyContent;
    public new Segment Segment => base.Segment!;

    /// <summary>All recipients are done, and the committer knows. The committer's own.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Its note; null if it never had one. The committer's own.</summary>
    public EntryNote? LastNote => _note;

    public ReadOnlyMemory<byte> Note
    {
        get
        {
            for (RecordPlace? last = null; ;)
            {
                RecordPlace place;
                lock (_recipients)
                {
                    if (_note?.Given is { } given)
                        return given;
                    if (_note is not { IsDurable: true })
                        return default;
                    place = _note.Place;
                }
                if (place.Read(out RecordHeader header) is { } record)
                    return EntryNote.In(record, header);
                // It may have moved meanwhile; if it has not, it is damaged.
                if (place == last)
                    return default;
                last = place;
            }
        }
    }

    /// <summary>The next entry in the committer's queue of marks and notes.</summary>
    public SpoolEntry? NextMarked { get; set; }

    public bool IsDone(int recipient) => Volatile.Read(ref _recipients[recipient]) != (byte)State.Open;

    /// <summary>Some of the marks that the committer does not know yet are to be written soon.</summary>
    public bool IsSoon => Volatile.Read(ref _isSoon);

    /// <summary>True if the entry must now be queued for the committer.</summary>
    public bool Mark(ReadOnlySpan<int> recipients, bool soon)
    {
        lock (_recipients)
        {
            int open = _open;
            foreach (int recipient in recipients)
                MarkOne(recipient);
            bool isNew = open != _open;
            _isSoon |= isNew && soon;
            bool queue = isNew && !_isQueued;
            _isQueued |= queue;
            return queue;
        }
    }

    /// <summary>True if the entry must now be queued for the committer.</summary>
    public bool Annotate(byte[] note)
    {
        lock (_recipients)
        {
            if (_open == 0)
                return false;
            _note ??= new EntryNote(this);
            _note.Given = note;
            bool queue = !_isQueued;
            _isQueued = true;
            return queue;
        }
    }

    /// <summary>Recipients that are not done.</summary>
    public int OpenRecipients => Volatile.Read(ref _open);

    /// <summary>Takes the marks that the committer does not know yet, and says whether all recipients are done
    /// now.</summary>
    /// <param name="collected">Recipients that were open as far as the committer knew.</param>
    public bool CollectMarks(List<DoneMark> marks, out int collected)
    {
        collected = 0;
        lock (_recipients)
        {
            _isQueued = _isSoon = false;
            if (_open == 0 && !IsOver)
                marks.Add(new DoneMark(Segment.Number, Offset, DoneMark.All));
            for (int i = 0; i < _recipients.Length; i++)
                if (_recipients[i] == (byte)State.Done)
                {
                    CollectOne(i, marks);
                    collected++;
                }
            return _open == 0;
        }
    }

    /// <summary>The note that the committer has not written yet; null if there is none.</summary>
    public byte[]? GivenNote()
    {
        lock (_recipients)
            return _note?.Given;
    }

    /// <summary>The note is durable where it was staged; false if another was given meanwhile, which must be written
    /// too.</summary>
    public bool CompleteNote()
    {
        lock (_recipients)
        {
            EntryNote note = _note!;
            note.MoveTo(note.StagedAt);
            bool isLast = ReferenceEquals(note.Given, note.Staged);
            if (isLast)
                note.Given = null;
            note.Staged = null;
            return isLast;
        }
    }

    /// <summary>Message and note are durable in another place, and count there from now on.</summary>
    public void MoveTo(RecordPlace place)
    {
        lock (_recipients)
        {
            SetPlace(place);
            if (_note is { IsDurable: true } note)
                note.MoveTo(place);
        }
    }

    /// <summary>The note alone is durable in another place.</summary>
    public void MoveNoteTo(RecordPlace place)
    {
        lock (_recipients)
            _note!.MoveTo(place);
    }

    /// <summary>All recipients are done: the committer goes on without it.</summary>
    public void End() => IsOver = true;

    /// <summary>Its body is read back from the log from now on.</summary>
    public void LeaveMemory() => _content = null;

    /// <summary>The record of the message, wherever it is by now; null if it is gone or damaged. Any thread;
    /// blocks.</summary>
    public byte[]? ReadRecord(out RecordHeader header)
    {
        for (RecordPlace last = default; ;)
        {
            RecordPlace place = PlaceNow();
            byte[]? record = place.Read(out header);
            if (record is not null || place == last)
                return record;
            last = place;
        }
    }

    /// <summary>All that is done, whether the committer knows or not.</summary>
    public void AddMarks(List<DoneMark> marks)
    {
        var recipients = new List<int>();
        AddDone(recipients);
        foreach (int recipient in recipients)
            marks.Add(new DoneMark(Segment.Number, Offset, recipient));
    }

    /// <summary>Recipients that are done, by index.</summary>
    public void AddDone(List<int> recipients)
    {
        lock (_recipients)
            for (int i = 0; i < _recipients.Length; i++)
                if (_recipients[i] != (byte)State.Open)
                    recipients.Add(i);
    }

    /// <summary>Restores a mark that was found on disk; true if all recipients are done now.</summary>
    public bool Restore(int recipient)
    {
        if (recipient == DoneMark.All)
            _open = 0;
        else if ((uint)recipient < (uint)_recipients.Length && _recipients[recipient] == (byte)State.Open)
        {
            _recipients[recipient] = (byte)State.Collected;
            _open--;
        }
        return _open == 0;
    }

    /// <summary>Restores a note that was found on disk; a later one takes its place.</summary>
    public void RestoreNote(RecordPlace place)
    {
        _note ??= new EntryNote(this);
        _note.MoveTo(place);
    }

    /// <summary>Some of its recipients are done.</summary>
    public bool HasDone => Volatile.Read(ref _open) < _recipients.Length;

    private RecordPlace PlaceNow()
    {
        lock (_recipients)
            return Place;
    }

    private void MarkOne(int recipient)
    {
        if (_recipients[recipient] != (byte)State.Open)
            return;
        _recipients[recipient] = (byte)State.Done;
        _open--;
    }

    private void CollectOne(int recipient, List<DoneMark> marks)
    {
        _recipients[recipient] = (byte)State.Collected;
        if (_open > 0)
            marks.Add(new DoneMark(Segment.Number, Offset, recipient));
    }
}
