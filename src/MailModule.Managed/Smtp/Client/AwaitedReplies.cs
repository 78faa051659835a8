namespace MailModule.Smtp.Client;

/// <summary>A reply that is to come.</summary>
/// <param name="Number">The caller's number for what it said; 0 where it gave none.</param>
internal readonly record struct AwaitedReply(ReplyTo To, int Number);

/// <summary>
/// The replies that are to come, in the order of what they answer. Commands in a group (RFC 2920) and lock step are the
/// same: in lock step one reply is awaited.
/// </summary>
internal sealed class AwaitedReplies
{
    private readonly Queue<AwaitedReply> _replies = new();
    private ReplyTo _last;
    private int _due;
    private int _dueAtFirst;

    public int Count => _replies.Count;

    /// <summary>What the next reply answers; null: none is awaited.</summary>
    public ReplyTo? Next => _replies.TryPeek(out AwaitedReply next) ? next.To : null;

    /// <summary>
    /// Nothing may be said behind the last command before it is answered: what follows is content, TLS or a login's
    /// exchange, or the connection ends (RFC 2920 §3.1, RFC 3207 §4, RFC 4954 §4).
    /// </summary>
    public bool EndsGroup
        => _replies.Count > 0 && _last is ReplyTo.Data or ReplyTo.StartTls or ReplyTo.Auth or ReplyTo.Quit;

    /// <summary>How many replies the server can have given that are not there yet.</summary>
    public int Due => _due;

    /// <summary>A reply has been taken since <see cref="AllAreDue"/>.</summary>
    public bool HasTaken => _due < _dueAtFirst;

    public void Add(ReplyTo to, int number = 0)
    {
        _last = to;
        _replies.Enqueue(new AwaitedReply(to, number));
    }

    /// <summary>All that was said has left: the server may answer it from now on.</summary>
    public void AllAreDue() => _due = _dueAtFirst = _replies.Count;

    /// <summary>A reply has come; false: to nothing that has left.</summary>
    public bool TryTake(out AwaitedReply answered)
    {
        answered = default;
        if (_due == 0)
            return false;
        _due--;
        answered = _replies.Dequeue();
        return true;
    }
}
