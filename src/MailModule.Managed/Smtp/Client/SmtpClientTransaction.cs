using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Smtp.Client;

/// <summary>
/// One message on its way over a connection: envelope, content, and a result for each recipient, who is known by the
/// index in <see cref="Recipients"/>. Apart from the session, which may carry several.
/// </summary>
internal sealed class SmtpClientTransaction
{
    /// <summary>RFC 5321 §4.5.3.1.8: as many recipients every server takes in one transaction.</summary>
    public const int RecipientLimit = 100;

    private readonly AttemptResult?[] _results;
    private readonly bool[] _isAccepted;
    private readonly SameAddresses _same;
    private Facts _facts = Facts.MayChunk;

    /// <summary>What is known of the message, and comes to be known of the server and the attempt.</summary>
    [Flags]
    private enum Facts : byte
    {
        None = 0,
        DsnOffered = 1,
        DeliverByOffered = 2,
        AwaitsFinalReply = 4,
        Utf8 = 8,
        MayChunk = 16,
    }

    public SmtpClientTransaction(
        MailAddress reversePath, IReadOnlyList<Recipient> recipients, IMessageSource source)
    {
        ReversePath = reversePath;
        Recipients = recipients;
        Source = source;
        _results = new AttemptResult?[recipients.Count];
        _isAccepted = new bool[recipients.Count];
        _same = SameAddresses.In(recipients);
    }

    /// <summary>A message for recipients of its envelope, with all that the envelope says of it.</summary>
    /// <param name="now">For what the envelope says of times.</param>
    /// <param name="isRelayed">Our login says nothing of whose message it is.</param>
    public static SmtpClientTransaction Of(
        Envelope envelope, IReadOnlyList<Recipient> recipients, IMessageSource source,
        DateTimeOffset now = default, bool mayChunk = true, bool isRelayed = false)
        => new(envelope.ReversePath, recipients, source)
        {
            Return = envelope.Return,
            EnvelopeId = envelope.EnvelopeId,
            IsUtf8 = envelope.Utf8,
            MayChunk = mayChunk,
            DeliverBy = envelope.DeliverBy?.MovedTo(envelope.Received, now),
            Submitter = envelope.Submitter ?? (isRelayed ? MailAddress.Null : null),
        };

    public MailAddress ReversePath { get; }
    public IMessageSource Source { get; }
    public IReadOnlyList<Recipient> Recipients { get; }

    /// <summary>By recipient; null: nothing final yet.</summary>
    public IReadOnlyList<AttemptResult?> Results => _results;

    /// <summary>The host at the other end, for the results that are made from now on; null if nobody says.</summary>
    public RemoteHost? Host { get; set; }

    /// <summary>
    /// How much of the message a DSN brings back; passed on to servers that offer DSN (RFC 3461 §4.3).
    /// </summary>
    public ReturnContent Return { get; init; }

    /// <summary>ENVID, decoded (RFC 3461 §4.4); null: none. Passed on likewise.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>What the sender wants of the time of delivery (RFC 2852), counted from the attempt on; null: nothing.
    /// </summary>
    public DeliverBy? DeliverBy { get; init; }

    /// <summary>
    /// Who submitted the message (RFC 4954 §5); the null address: nobody knows; null: we do, and nothing is said.
    /// </summary>
    public MailAddress? Submitter { get; init; }

    /// <summary>The server offers DELIVERBY: what is to be told of the time is its duty.</summary>
    public bool IsDeliverByOffered
    {
        get => (_facts & Facts.DeliverByOffered) != 0;
        internal set => Set(Facts.DeliverByOffered, value);
    }

    /// <summary>What goes out beside the parameters that are said anyway.</summary>
    public MoreParameters More { get; init; }

    /// <summary>
    /// The server offers DSN, so that the sender's DSN requests went along and DSNs of success are its duty; else they
    /// are ours (RFC 3461 §5.2.2).
    /// </summary>
    public bool IsDsnOffered
    {
        get => (_facts & Facts.DsnOffered) != 0;
        internal set => Set(Facts.DsnOffered, value);
    }

    /// <summary>Octets of the message sent so far.</summary>
    public long Sent { get; internal set; }

    /// <summary>
    /// Such a message may go by BDAT. Not again where it has failed: it may be for BDAT, and DATA is what all servers
    /// know.
    /// </summary>
    public bool MayChunk
    {
        get => (_facts & Facts.MayChunk) != 0;
        init => Set(Facts.MayChunk, value);
    }

    /// <summary>The end of the content is out, its reply is not in.</summary>
    public bool AwaitsFinalReply
    {
        get => (_facts & Facts.AwaitsFinalReply) != 0;
        internal set => Set(Facts.AwaitsFinalReply, value);
    }

    /// <summary>Those without a final state: once the content's end is out, the server may have it for them.</summary>
    public IEnumerable<int> Open => Enumerable.Range(0, _results.Length).Where(i => !IsFinal(i));

    public bool IsFinished => !Exists(static (one, i) => !one.IsFinal(i));

    public bool HasAccepted => Exists(static (one, i) => one.IsAccepted(i));
    public bool HasDelivered => Exists(static (one, i) => one.IsDelivered(i));

    internal bool HasWaiting => Exists(static (one, i) => !one.IsFinal(i) && !one._isAccepted[i]);

    /// <summary>
    /// The message came with SMTPUTF8, so that its header may have UTF-8; passed on to servers that offer it (RFC 6531
    /// §3.4).
    /// </summary>
    public bool IsUtf8
    {
        get => (_facts & Facts.Utf8) != 0;
        init => Set(Facts.Utf8, value);
    }

    /// <summary>
    /// RFC 6531 §3.4: an address outside ASCII is in the envelope, or the header has UTF-8, or may have.
    /// </summary>
    internal bool NeedsUtf8
        => IsUtf8 || Source.NeedsUtf8 || ReversePath.NeedsUtf8
            || Exists(static (one, i) => one.Recipients[i].Address.NeedsUtf8);

    /// <summary>RCPT was accepted; the reply to the final dot decides.</summary>
    public bool IsAccepted(int recipient) => _isAccepted[recipient] && !IsFinal(recipient);

    public bool IsFinal(int recipient) => _results[recipient] is not null;

    /// <summary>
    /// An earlier recipient has the same address, which is said once: its answer is for this one too.
    /// </summary>
    public bool IsSaidBefore(int recipient) => _same.FirstOf(recipient) < recipient;

    /// <summary>The recipient as RCPT says it, for all who have its address.</summary>
    public Recipient ToSay(int recipient) => _same.Said(recipient, Recipients);

    /// <summary>The server has taken the message for this recipient.</summary>
    public bool IsDelivered(int recipient) => _results[recipient] is { Kind: AttemptResultKind.Delivered };

    /// <summary>Gives a recipient that has no final state this one.</summary>
    public void Fail(int recipient, Fault fault, SmtpStage stage)
        => _results[recipient] ??= AttemptResult.Of(fault, stage, Host);

    /// <summary>Gives every recipient that has no final state this one.</summary>
    /// <param name="stage">Where it happened; the first, if nothing was connected to.</param>
    /// <param name="happened">What the fault's own words do not tell.</param>
    public void FailRest(Fault fault, SmtpStage stage, Reply? reply = null, string happened = "")
    {
        // A reply beside a closed connection is not known to answer the dot; one that breaks the protocol says nothing
        // about what follows it. 421 to RCPT, while BDAT LAST is on its way, tells enough: the server closes then (RFC
        // 5321 §3.8), and is not responsible for what no 250 has answered (§4.2.5).
        bool mayBeTaken = AwaitsFinalReply && (reply is null || fault is Fault.Closed or Fault.Protocol);
        AttemptResult result = reply is null
            ? AttemptResult.Of(fault, stage, Host) with { Happened = happened }
            : AttemptResult.Of(reply, fault, stage, Host);
        if (mayBeTaken)
            result = result with { IsUnknown = true };
        for (int i = 0; i < _results.Length; i++)
            _results[i] ??= result;
    }

    /// <summary>
    /// The server does not take the content in any form that it has.</summary>
    internal void Refuse(ContentRefusal refusal)
    {
        AttemptResult result = AttemptResult.Of(refusal.Fault, SmtpStage.Mail, Host) with
        {
            Enhanced = refusal.Status,
            Happened = refusal.Text,
        };
        for (int i = 0; i < _results.Length; i++)
            _results[i] ??= result;
    }

    /// <summary>
    /// The server's reply to RCPT, for a recipient that has no final state and for those with the same address.
    /// </summary>
    internal void ApplyRcptReply(int recipient, Reply reply)
    {
        // RFC 5321 §3.3, §4.3.2: 250, 251 and 252 all take the recipient
        AttemptResult? refusal = reply.IsPositive ? null : AttemptResult.OfRcpt(reply, this);
        int end = _same.IsEmpty ? recipient + 1 : _results.Length;
        for (int i = recipient; i < end; i++)
        {
            if (_same.FirstOf(i) != recipient)
                continue;
            if (refusal is null)
                _isAccepted[i] = true;
            else
                _results[i] ??= refusal;
        }
    }

    /// <summary>
    /// The server's reply to the final dot (or to MAIL or DATA), for all recipients that have no final state.
    /// </summary>
    internal void ApplyReply(Reply reply, SmtpStage stage)
    {
        AttemptResult result = OfFinalReply(reply, stage);
        for (int i = 0; i < _results.Length; i++)
            _results[i] ??= result;
    }

    /// <summary>RFC 2033 §4.2: how often the server of LMTP answers the final dot.</summary>
    internal int AcceptedCount
    {
        get
        {
            int count = 0;
            for (int i = 0; i < _results.Length; i++)
                count += IsAccepted(i) && !IsSaidBefore(i) ? 1 : 0;
            return count;
        }
    }

    /// <summary>
    /// RFC 2033 §4.2: a reply to the final dot, for the first recipient that was taken and has no final state, and for
    /// those with the same address.
    /// </summary>
    internal void ApplyLmtpReply(Reply reply)
    {
        int recipient = 0;
        while (recipient < _results.Length && !IsAccepted(recipient))
            recipient++;
        AttemptResult result = OfFinalReply(reply, SmtpStage.EndOfData);
        for (int i = recipient; i < _results.Length; i++)
            if (_same.FirstOf(i) == recipient)
                _results[i] ??= result;
    }

    /// <summary>The same message for some of its recipients.</summary>
    /// <param name="source">Another reader of the content.</param>
    public SmtpClientTransaction ForSome(ReadOnlySpan<int> recipients, IMessageSource source)
    {
        var some = new Recipient[recipients.Length];
        for (int i = 0; i < some.Length; i++)
            some[i] = Recipients[recipients[i]];
        return new SmtpClientTransaction(ReversePath, some, source)
        {
            Return = Return,
            EnvelopeId = EnvelopeId,
            IsUtf8 = IsUtf8,
            MayChunk = MayChunk,
            DeliverBy = DeliverBy,
            Submitter = Submitter,
        };
    }

    /// <summary>
    /// The results of what <see cref="ForSome"/> gave for these recipients take the place of theirs.
    /// </summary>
    public void Replace(ReadOnlySpan<int> recipients, SmtpClientTransaction with)
    {
        Sent = with.Sent;
        IsDsnOffered = with.IsDsnOffered;
        IsDeliverByOffered = with.IsDeliverByOffered;
        for (int i = 0; i < recipients.Length; i++)
            _results[recipients[i]] = with._results[i];
    }

    /// <summary>
    /// RFC 5321 §4.5.3.1.10: where the message was taken for some, those that were too many go in the next transaction.
    /// </summary>
    public void MarkLeftOver()
    {
        if (!HasDelivered)
            return;
        for (int i = 0; i < _results.Length; i++)
            _results[i] = _results[i]?.BesideDelivered();
    }

    private void Set(Facts fact, bool isSo) => _facts = isSo ? _facts | fact : _facts & ~fact;

    private AttemptResult OfFinalReply(Reply reply, SmtpStage stage) => reply.Code / 100 == 2
        ? AttemptResult.Of(reply, Fault.None, SmtpStage.EndOfData, Host)
        : AttemptResult.Of(reply, AttemptResult.FaultOf(reply), stage, Host);

    private bool Exists(Func<SmtpClientTransaction, int, bool> holds)
    {
        for (int i = 0; i < _results.Length; i++)
            if (holds(this, i))
                return true;
        return false;
    }
}
