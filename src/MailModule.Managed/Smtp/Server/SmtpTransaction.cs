using MailModule.Lines;
using MailModule.Mail;

namespace MailModule.Smtp.Server;

/// <summary>Which rule a message's content breaks; it is read to its end all the same, and refused then.</summary>
internal enum ContentFault
{
    None,
    TooLarge,
    BareNewline,
    Nul,
    Looping,
}

/// <summary>
/// One mail transaction (RFC 5321 §3.3), apart from the session that it belongs to: the envelope, then the content and
/// the rules that it must keep. The object serves the session's transactions one after the other.
/// </summary>
internal sealed class SmtpTransaction(SmtpServerOptions options)
{
    /// <summary>
    /// Octets of memory for recipients at most: enough for 2,000 ordinary ones, and for the hundred that there must be
    /// at least (RFC 5321 §4.5.3.1.8) however long their parameters are.
    /// </summary>
    private const long EnvelopeLimit = 1024 * 1024;

    /// <summary>
    /// Octets by which refused content may pass twice the size limit before the connection is closed.
    /// </summary>
    private const long OverrunLimit = 1 << 20;

    private Envelope? _envelope;
    private RcptArgument _rcpt;
    private (int Recipients, int OctetsOfLast) _counted;
    private DotReader _reader;
    private Chunk _chunk;
    private HopCounter _hops;
    private long _size;
    private ContentReplies _replies = ContentReplies.None;

    public Envelope Envelope => _envelope ??= new Envelope();

    /// <summary>Octets that MAIL declared (RFC 1870); 0 if it did not.</summary>
    public long DeclaredSize { get; private set; }

    /// <summary>The RCPT that was read last.</summary>
    public ref readonly RcptArgument Rcpt => ref _rcpt;

    /// <summary>Octets of memory that the recipients take, the one that was read last included.</summary>
    public long EnvelopeOctets { get; private set; }

    /// <summary>The recipient that was read last is beyond what one transaction may have.</summary>
    public bool IsEnvelopeFull => EnvelopeOctets > EnvelopeLimit;

    public ContentFault Fault { get; private set; }

    /// <summary>
    /// The refusal that the client gets after the final dot; the rest of the content is thrown away until then.
    /// </summary>
    public Reply? Refusal
    {
        get => _replies.Refusal;
        set => _replies = _replies with { Refusal = value };
    }

    /// <summary>For the backend: what the client hears when the message is accepted; null: what the backend says then.
    /// </summary>
    public Reply? Acceptance
    {
        get => _replies.Acceptance;
        set => _replies = _replies with { Acceptance = value };
    }

    /// <summary>The refusal does not wait for the end of the content.</summary>
    public bool IsCut => _replies.IsCut;

    /// <summary>354 is out, or on its way; or the octets of a chunk are.</summary>
    public bool HasContentBegun { get; private set; }

    /// <summary>LMTP: the replies to the end of the message; null: one for all.</summary>
    public RecipientReplies? Replies { get; private set; }

    /// <summary>The content comes in chunks (RFC 3030).</summary>
    public bool IsChunked => _chunk.IsAnnounced;

    /// <inheritdoc cref="Chunk.HasFailed"/>
    public bool HasChunkFailed => _chunk.HasFailed;

    /// <summary>The reply to a chunk is owed.</summary>
    public bool OwesChunkReply => _chunk.OwesReply;

    /// <summary>A chunk is read to its end, and is not the last one.</summary>
    public bool IsBetweenChunks => IsChunked && _chunk.IsAtEnd && !_chunk.IsLast;

    /// <summary>All octets of the last chunk are read.</summary>
    public bool IsLastChunkRead => IsChunked && _chunk.IsAtEnd && _chunk.IsLast;

    public bool AtEnd => _reader.AtEnd;

    /// <summary>The content is refused, and the client sends far more than it may.</summary>
    public bool IsEndless
        => options.SizeLimit > 0 && _size / 2 > options.SizeLimit && _size - OverrunLimit > options.SizeLimit;

    /// <summary>
    /// For the backend, inside <see cref="ISmtpBackend.Append"/> or while that has the session wait: the content is
    /// refused at its end, and the rest thrown away.
    /// </summary>
    /// <param name="closes">The connection closes behind the reply, without waiting for the end.</param>
    public void RefuseContent(Reply reply, bool closes)
    {
        _replies = _replies with { Refusal = Refusal ?? reply, IsCut = IsCut || closes };
    }

    public void Begin(long declaredSize, Envelope envelope)
    {
        DeclaredSize = declaredSize;
        HasContentBegun = false;
        _chunk = default;
        _envelope = envelope;
        _counted = default;
        EnvelopeOctets = 0;
        Replies = options.IsLmtp ? new RecipientReplies() : null;
    }

    /// <summary>Reads the argument of RCPT into <see cref="Rcpt"/>.</summary>
    public PathFault ParseRcpt(ReadOnlySpan<byte> argument)
    {
        PathFault fault = RcptArgument.TryParse(argument, Envelope.Utf8, out _rcpt);
        if (fault == PathFault.None)
            CountRcpt();
        return fault;
    }

    /// <summary>The backend has accepted the last RCPT.</summary>
    public void AddRcpt()
    {
        if (Replies is { } replies)
            AddRcpt(replies);
    }

    private void AddRcpt(RecipientReplies replies)
    {
        int end = Envelope.Recipients.Count;
        MailAddress address = _rcpt.Address;
        int same = end > _counted.Recipients
            ? -1
            : Envelope.Recipients.FindIndex(recipient => recipient.Address.Equals(address));
        // One that the envelope does not have is the backend's own matter, and has what is said of the message.
        replies.AddRcpt(same < 0 ? _counted.Recipients..end : same..(same + 1));
    }

    /// <summary>Takes a recipient out of the envelope, before the content begins; those behind it move up.</summary>
    public void RemoveRecipient(int index)
    {
        Envelope.Recipients.RemoveAt(index);
        Replies?.Remove(index);
        if (index < _counted.Recipients)
            _counted.Recipients--;
    }

    // The recipient before this one counts only if it was accepted.
    private void CountRcpt()
    {
        if (Envelope.Recipients.Count == _counted.Recipients)
            EnvelopeOctets -= _counted.OctetsOfLast;
        _counted = (Envelope.Recipients.Count, (int)_rcpt.Octets);
        EnvelopeOctets += _rcpt.Octets;
    }

    /// <summary>BDAT has announced it. The first one of a transaction is followed by <see cref="BeginContent"/>.
    /// </summary>
    public void BeginChunk(in Chunk chunk) => _chunk.Follow(chunk);

    /// <summary>The octets of the chunk are thrown away. Those of chunks behind one that failed count together.
    /// </summary>
    public void RefuseChunk(Reply refusal)
    {
        if (!HasChunkFailed)
            BeginContent();
        Fault = ContentFault.None;
        Refusal = refusal;
    }

    /// <summary>The client gets its reply to the chunk.</summary>
    /// <param name="hasFailed">The transaction has failed with it.</param>
    public void EndChunk(bool hasFailed) => _chunk.End(hasFailed);

    public void BeginContent()
    {
        _reader = new DotReader(options.NormalizeBareNewlines, IsChunked);
        _hops = default;
        _size = 0;
        Fault = ContentFault.None;
        _replies = ContentReplies.None;
        HasContentBegun = true;
    }

    /// <summary>Drops the envelope: an idle session holds none.</summary>
    public void End()
    {
        _envelope = null;
        Replies = null;
        _rcpt = default;
        EnvelopeOctets = 0;
    }

    /// <summary>
    /// Consumes octets from the front of the input; gives the next piece of content that keeps the rules, or nothing.
    /// </summary>
    public bool TryRead(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> content)
    {
        while (IsChunked
            ? _chunk.TryRead(ref _reader, ref input, out content)
            : _reader.TryRead(ref input, out content))
        {
            _size += content.Length;
            if (Fault == ContentFault.None && Refusal is null && KeepsRules(content))
                return true;
        }
        return false;
    }

    private bool KeepsRules(ReadOnlySpan<byte> content)
    {
        _hops.Add(content);
        // RFC 1870 §6.1: what is declared binds nobody, so the octets are counted
        if (options.SizeLimit > 0 && _size > options.SizeLimit)
            Fault = ContentFault.TooLarge;
        else if (_reader.SawBareNewline && !options.NormalizeBareNewlines)
            Fault = ContentFault.BareNewline;
        else if (_reader.SawNul && !options.NormalizeBareNewlines)
            Fault = ContentFault.Nul;
        else if (_hops.Count > options.Limits.Hops)
            Fault = ContentFault.Looping;
        return Fault == ContentFault.None;
    }
}
