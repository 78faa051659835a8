using MailModule.Mail;

namespace MailModule.Spool;

/// <summary>A committed message: where it is in the log, and which recipients are done. Marks may come from any thread.</summary>
internal sealed class SpoolEntry : ISpoolEntry
{
    private readonly byte[] _recipients;
    private int _open;
    private bool _isQueued;

    public SpoolEntry(string id, Envelope envelope, MessageContent content, Segment segment, uint offset)
    {
        Id = id;
        Envelope = envelope;
        Content = content;
        Segment = segment;
        Offset = offset;
        _recipients = new byte[envelope.Recipients.Count];
        _open = _recipients.Length;
    }

    private enum State : byte
    {
        Open,
        Done,
        /// <summary>Done, and the committer knows.</summary>
        Taken,
    }

    public string Id { get; }
    public Envelope Envelope { get; }
    public MessageContent Content { get; }
    public Segment Segment { get; }
    public uint Offset { get; }
    public ReadOnlyMemory<byte> Note { get; set; }

    /// <summary>The next entry in the committer's queue of marks.</summary>
    public SpoolEntry? NextMarked { get; set; }

    public bool IsDone(int recipient) => Volatile.Read(ref _recipients[recipient]) != (byte)State.Open;

    /// <summary>True if the entry must now be queued for the committer.</summary>
    public bool Mark(ReadOnlySpan<int> recipients)
    {
        lock (_recipients)
        {
            int open = _open;
            foreach (int recipient in recipients)
                MarkOne(recipient);
            bool queue = open != _open && !_isQueued;
            _isQueued |= queue;
            return queue;
        }
    }

    /// <summary>Takes the marks that the committer does not know yet, and says whether all recipients are done now.</summary>
    public bool TakeMarks(List<DoneMark> marks)
    {
        lock (_recipients)
        {
            _isQueued = false;
            if (_open == 0)
                marks.Add(new DoneMark(Segment.Number, Offset, DoneMark.All));
            for (int i = 0; i < _recipients.Length; i++)
                TakeOne(i, marks);
            return _open == 0;
        }
    }

    /// <summary>All that is done, whether the committer knows or not.</summary>
    public void AddMarks(List<DoneMark> marks)
    {
        lock (_recipients)
            for (int i = 0; i < _recipients.Length; i++)
                if (_recipients[i] != (byte)State.Open)
                    marks.Add(new DoneMark(Segment.Number, Offset, i));
    }

    /// <summary>Restores a mark that was found on disk; true if all recipients are done now.</summary>
    public bool Restore(int recipient)
    {
        if (recipient == DoneMark.All)
            _open = 0;
        else if ((uint)recipient < (uint)_recipients.Length && _recipients[recipient] == (byte)State.Open)
        {
            _recipients[recipient] = (byte)State.Taken;
            _open--;
        }
        return _open == 0;
    }

    public bool IsHalfDone => _open > 0 && _open < _recipients.Length;

    private void MarkOne(int recipient)
    {
        if (_recipients[recipient] != (byte)State.Open)
            return;
        _recipients[recipient] = (byte)State.Done;
        _open--;
    }

    private void TakeOne(int recipient, List<DoneMark> marks)
    {
        if (_recipients[recipient] != (byte)State.Done)
            return;
        _recipients[recipient] = (byte)State.Taken;
        if (_open > 0)
            marks.Add(new DoneMark(Segment.Number, Offset, recipient));
    }
}
