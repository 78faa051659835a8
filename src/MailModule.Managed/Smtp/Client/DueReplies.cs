namespace MailModule.Smtp.Client;

/// <summary>
/// The replies of a server to commands that were sent ahead (RFC 2920), each to its own command. A line that is no
/// reply may stand beside one, or in the place of one: then all that follow would be taken for the answers to earlier
/// commands, and a recipient's yes for that of a message. So from such a line on replies are held until as many have
/// come as are due. If one is missing, none of them counts.
/// </summary>
internal sealed class DueReplies
{
    private readonly ReplyReader _reader = new();
    private readonly Queue<Reply> _held = new();
    private bool _isReleasing;
    private bool _isEndless;

    /// <summary>A reply has begun that cannot be given out yet.</summary>
    public bool IsInside => _reader.IsInside || _held.Count > 0;

    /// <inheritdoc cref="ReplyReader.IsInsideRefusal"/>
    public bool IsInsideRefusal => _reader.IsInsideRefusal;

    /// <inheritdoc cref="ReplyReader.Stray"/>
    public string Stray => _reader.Stray;

    /// <summary>A refusal among those held, of which it is not known what it answers; null: there is none.</summary>
    public Reply? HeldRefusal => _held.FirstOrDefault(reply => !reply.IsPositive);

    /// <param name="input">As <see cref="ReplyReader.Read"/> has it.</param>
    /// <param name="due">How many replies the server can have given to what it was sent.</param>
    /// <param name="reply">Not null if there is one.</param>
    /// <returns><see cref="ReplyResult.Endless"/> after the reply that it is about.</returns>
    public ReplyResult Read(ref ReadOnlySpan<byte> input, int due, out Reply reply)
    {
        while (!TryRelease(due, out reply))
        {
            if (_isEndless)
                return ReplyResult.Endless;
            ReplyResult result = _reader.Read(ref input, out reply);
            _isEndless = result == ReplyResult.Endless;
            if (result is not (ReplyResult.Reply or ReplyResult.Endless))
            {
                if (due == 0)
                    _reader.ForgetStray();
                return result;
            }
            // RFC 5321 §3.8: 421 ends the session, whichever command it answers
            if (reply.Code == 421 || (_held.Count == 0 && (due <= 1 || !_reader.IsDoubtful)))
                return ReplyResult.Reply;
            _held.Enqueue(reply);
        }
        return ReplyResult.Reply;
    }

    /// <summary>Nothing more comes: a reply that has begun counts, where it is clear what it answers.</summary>
    public bool TryEnd(out Reply reply)
    {
        reply = null!;
        return _held.Count == 0 && !_isEndless && _reader.TryEnd(out reply);
    }

    public void Reset()
    {
        _reader.Reset();
        _held.Clear();
    }

    private bool TryRelease(int due, out Reply reply)
    {
        _isReleasing = _held.Count > 0 && (_isReleasing || _held.Count >= due);
        reply = _isReleasing ? _held.Dequeue() : null!;
        return _isReleasing;
    }
}
