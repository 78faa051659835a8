using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>What <see cref="SmtpDialogue.Read"/> found.</summary>
internal enum DialogueRead
{
    /// <summary>Nothing that was not read before.</summary>
    Nothing,
    /// <summary>The beginning of a reply.</summary>
    Part,
    Reply,
    /// <summary>No reply will come any more, see <see cref="SmtpDialogue.End"/>.</summary>
    Ended,
}

/// <summary>
/// SMTP from the client's side, verb by verb: a method for each command, and <see cref="Read"/> for one reply after
/// another. It knows which replies are to come in which order, how long the server may take for each, and what a reply
/// opens (content, TLS, a login's exchange). Which commands are said, and what a refusal means, is its caller's matter.
/// Pure: what is said goes to an <see cref="Output"/> that the caller sends. One thread at a time.
/// </summary>
/// <remarks>
/// The caller's turns have this form: <see cref="BeginTurn"/>; read as often as it likes; say as much as it likes;
/// <see cref="EndTurn"/>; send the output, and wait for the server. What the server has sent by then cannot answer what
/// is said in the same turn, so that a reply ahead of its command ends the dialogue.
/// </remarks>
internal sealed partial class SmtpDialogue
{
    private enum Mode : byte
    {
        Commands,
        /// <summary>STARTTLS was granted.</summary>
        Handshake,
        /// <summary>The server waits for the response to a challenge.</summary>
        Challenge,
        /// <summary>The server takes everything for content, up to the final dot.</summary>
        Content,
        Ended,
    }

    private static readonly TimeSpan s_endless = TimeSpan.FromDays(365);

    private readonly IPeer _peer;
    private readonly SmtpTimeouts _timeouts;
    private readonly DueReplies _replies = new();
    private readonly AwaitedReplies _awaited = new();
    private readonly ContentWriter _content = new();
    private Mode _mode = Mode.Commands;
    private (DialogueEnd End, SmtpStage Stage)? _refusal;
    private (string Name, ServerExtensions Extensions, bool IsLoggedIn) _server = ("", ServerExtensions.None, false);

    /// <summary>Begins with the wait for the greeting.</summary>
    /// <param name="peer">The dialogue sets its <see cref="IPeer.IdleTimeout"/> and deadline.</param>
    /// <param name="timeLimit">Every reply has at most this long, whatever <paramref name="timeouts"/> says.</param>
    public SmtpDialogue(IPeer peer, SmtpTimeouts timeouts, TimeSpan timeLimit)
    {
        _peer = peer;
        _timeouts = timeouts;
        TimeLimit = timeLimit;
        _awaited.Add(ReplyTo.Connect);
        Await();
    }

    /// <summary>Every reply has at most this long; a new limit holds for waits that begin later.</summary>
    public TimeSpan TimeLimit { get; set; }

    /// <summary>As the last EHLO (or LHLO) was answered; nothing before, and after HELO.</summary>
    public ServerExtensions Extensions => _server.Extensions;

    /// <summary>As the server names itself in its reply to EHLO, LHLO or HELO; empty before.</summary>
    public string ServerName => _server.Name;

    /// <summary>The server has taken a login of ours (RFC 4954 §4).</summary>
    public bool IsLoggedIn => _server.IsLoggedIn;

    /// <summary>What is waited for; after the end, what was waited for then.</summary>
    public SmtpStage Stage { get; private set; }

    public bool IsTls => _peer.IsTls;

    /// <summary><see cref="Stage"/> by the command that was sent.</summary>
    public string StageName => (Stage, _awaited.Next) switch
    {
        (SmtpStage.Hello, ReplyTo.Helo) => "HELO",
        (SmtpStage.Hello, ReplyTo.Lhlo) => "LHLO",
        _ => FailureText.NameOf(Stage),
    };

    /// <summary>
    /// MAIL was said, and nothing behind it that ends its transaction whatever the answer: RSET, a greeting, the final
    /// dot. After a last chunk that was refused it may still be open (RFC 3030 §2), and is to be reset.
    /// </summary>
    public bool HasMail { get; private set; }

    /// <inheritdoc cref="IPeer.EndPointBinding"/>
    public byte[]? EndPointBinding => _peer.EndPointBinding;

    /// <summary>A TLS handshake was begun; if the dialogue ends before <see cref="IsTls"/>, it has failed.</summary>
    public bool TriedTls { get; private set; }

    /// <summary>
    /// STARTTLS was said, and there is no refusal and no reply under TLS yet: if the dialogue ends like this without
    /// words of the server, the server's TLS does not work.
    /// </summary>
    public bool IsStartingTls { get; private set; }

    /// <summary>
    /// STARTTLS was granted: the caller runs the handshake, drops what the server sent before it (RFC 3207 §4.2), and
    /// calls <see cref="TlsStarted"/>.
    /// </summary>
    public bool IsInHandshake => _mode == Mode.Handshake;

    /// <summary>The server waits for <see cref="RespondToChallenge"/> or <see cref="CancelAuth"/>.</summary>
    public bool IsChallenged => _mode == Mode.Challenge;

    /// <summary>DATA was granted: <see cref="Content"/> is next, then <see cref="EndContent"/>.</summary>
    public bool IsInContent => _mode == Mode.Content;

    public bool AwaitsReply => _awaited.Count > 0;

    /// <summary>Nothing was said yet: the server has the first word.</summary>
    public bool AwaitsGreeting => _awaited.Next == ReplyTo.Connect;

    public int AwaitedReplies => _awaited.Count;

    /// <summary>A command may be said, perhaps with others before it unanswered (RFC 2920 §3.1).</summary>
    public bool MaySayMore => _mode == Mode.Commands && !_awaited.EndsGroup && !AwaitsGreeting;

    /// <summary>Hears of all that is said; null: nobody does.</summary>
    public DialogueTrace? Trace { get; init; }

    /// <summary>Null before the dialogue has ended.</summary>
    public DialogueEnd? End { get; private set; }

    private DialogueEnd NoReply
    {
        get
        {
            string words = _replies.Stray.Length > 0 ? $": \"{_replies.Stray}\"" : "";
            return new DialogueEnd(Fault.Protocol, null, "the server's answer is no SMTP reply" + words);
        }
    }

    private string TimeoutText => FailureText.NotInTime(Stage, StageName);

    private SmtpStage AwaitedStage => _mode switch
    {
        Mode.Content => SmtpStage.Content,
        Mode.Handshake => SmtpStage.Tls,
        Mode.Challenge => SmtpStage.Auth,
        _ => _awaited.Next is { } next ? StageOf(next) : SmtpStage.Idle,
    };

    /// <summary>All that was said has left.</summary>
    public void BeginTurn() => _awaited.AllAreDue();

    /// <summary>Before what was said is sent: where there is something new to wait for, its time begins.</summary>
    public void EndTurn(Output output)
    {
        if (output.Length > 0 || _awaited.HasTaken)
            Await();
    }

    /// <summary>The server's time for what is waited for now begins (again).</summary>
    public void Await()
    {
        Stage = AwaitedStage;
        TimeSpan timeout = _awaited.Next == ReplyTo.Quit ? _timeouts.Quit : _timeouts.At(Stage);
        if (timeout > TimeLimit)
            timeout = TimeLimit;
        _peer.IdleTimeout = timeout;
        _peer.SetDeadline(timeout);
    }

    /// <summary>There is nothing to wait for, for as long as the caller likes; the server may end it.</summary>
    public void Rest()
    {
        Stage = SmtpStage.Idle;
        _peer.IdleTimeout = s_endless;
        _peer.SetDeadline(s_endless);
    }

    /// <summary>Takes one reply from the front of the input; again, until it finds no further one.</summary>
    /// <param name="input">What the server has sent, from where the last call left it.</param>
    /// <param name="answered">What the reply answers.</param>
    public DialogueRead Read(ref ReadOnlySpan<byte> input, out AwaitedReply answered, out Reply reply)
    {
        answered = default;
        reply = null!;
        if (_mode == Mode.Ended)
            return DialogueRead.Ended;
        Stage = AwaitedStage;
        switch (_replies.Read(ref input, _awaited.Due, out reply))
        {
            case ReplyResult.Reply:
                return Take(reply, out answered);
            case ReplyResult.Endless:
                return Finish(new DialogueEnd(Fault.Protocol, null, "the server's answer has no end"));
            case ReplyResult.Malformed:
                return Finish(NoReply);
        }
        if (!_replies.IsInside)
            return DialogueRead.Nothing;
        // A refusal that nobody asked for ends the dialogue as what it says, so its rest is waited for: where the
        // network cuts it must not count.
        return _mode == Mode.Content || _awaited.Due > 0 || _replies.IsInsideRefusal
            ? DialogueRead.Part
            : Finish(new DialogueEnd(Fault.Protocol, null, "the server answered before it was asked"));
    }

    /// <summary>
    /// Nothing more will come, before <see cref="Expire"/> or <see cref="Closed"/>: a reply of which the last line is
    /// missing, but not the code.
    /// </summary>
    /// <param name="hadTime">
    /// The server had all the time there is: whatever it says counts. Else the connection was lost on the way, and
    /// that counts more than a yes which was not said to its end.
    /// </param>
    public bool TryReadUnfinished(bool hadTime, out AwaitedReply answered, out Reply reply)
    {
        answered = default;
        reply = null!;
        if (_mode == Mode.Ended || !_replies.TryEnd(out reply) || (reply.IsPositive && !hadTime))
            return false;
        Stage = AwaitedStage;
        return Take(reply, out answered) == DialogueRead.Reply;
    }

    /// <summary>
    /// The caller tries something else after this refusal. If the server says nothing more, the refusal was its last
    /// word, and ends the dialogue.
    /// </summary>
    /// <param name="fault">What it means then.</param>
    public void ContinueAfter(Reply refusal, Fault fault)
        => _refusal = (new DialogueEnd(fault, refusal), Stage);

    /// <summary>The handshake is over. RFC 3207 §4.2: what was said before TLS does not count.</summary>
    public void TlsStarted()
    {
        _mode = Mode.Commands;
        _replies.Reset();
        _server.Extensions = ServerExtensions.None;
        HasMail = false;
    }

    /// <summary>
    /// The caller has had enough: says QUIT, after which it closes. RFC 5321 §4.1.1.10: a client says QUIT before it
    /// closes; there is nothing to wait for in the answer.
    /// </summary>
    /// <param name="stage">Where this happened; null: at what was waited for last.</param>
    public void QuitWith(DialogueEnd end, Output output, SmtpStage? stage = null)
    {
        output.Write("QUIT\r\n"u8);
        Stage = stage ?? Stage;
        Finish(end);
    }

    /// <summary>The caller closes without a word.</summary>
    public void Abandon(DialogueEnd end) => Finish(end);

    /// <summary>The caller has waited long enough, or stops.</summary>
    public void Expire(ExpiryReason reason)
        => Finish(reason is ExpiryReason.Idle or ExpiryReason.Slow
            ? LastWords() ?? new DialogueEnd(Fault.Timeout, null, TimeoutText)
            : new DialogueEnd(Fault.Cancelled, null, "stopped"));

    /// <summary>The connection is closed; what was waited for will not come.</summary>
    public void Closed()
    {
        Fault fault = FaultOfLoss();
        string text = _peer.FaultText ?? (_peer.Fault == Fault.Timeout ? TimeoutText : "");
        DialogueEnd? words = fault is Fault.Closed or Fault.Timeout && End is null ? LastWords() : null;
        Finish(words ?? new DialogueEnd(fault, null, text));
        if (End!.Fault == Fault.Tls && Stage == SmtpStage.Greeting)
            Stage = SmtpStage.Tls;
    }

    private DialogueRead Take(Reply reply, out AwaitedReply answered)
    {
        Trace?.Reply(reply);
        answered = default;
        // A server that replies without a command (421 when it stops, or a refusal in the middle of the content) has
        // ended the session.
        if (_mode == Mode.Content || !_awaited.TryTake(out answered))
            return Finish(RefusedLogin(reply) ?? new DialogueEnd(
                AttemptResult.FaultOf(reply), reply,
                reply.IsPositive ? "the server answered before it was asked" : ""));
        // RFC 5321 §3.8: 421 may answer any command; the server closes.
        if (reply.Code == 421 && answered.To is not ReplyTo.Quit)
            return Finish(RefusedLogin(reply) ?? new DialogueEnd(Fault.RefusedTemporary, reply));
        _refusal = null;
        Apply(answered.To, reply);
        return DialogueRead.Reply;
    }

    // A server that closes after so many refused logins has said why with the last of them.
    private DialogueEnd? RefusedLogin(Reply reply)
        => reply.Code == 421 && _refusal is { Stage: SmtpStage.Auth } refusal ? refusal.End : null;

    /// <summary>What a server had said that says nothing more; null: nothing that would tell why.</summary>
    private DialogueEnd? LastWords()
    {
        if (_replies.HeldRefusal is { } held)
            return new DialogueEnd(Fault.Closed, held);
        if (_refusal is not { } refusal)
            return _replies.Stray.Length > 0 ? NoReply : null;
        Stage = refusal.Stage;
        return refusal.End;
    }

    private void Apply(ReplyTo to, Reply reply)
    {
        IsStartingTls &= to == ReplyTo.StartTls && reply.Code == 220;
        switch (to)
        {
            case ReplyTo.Ehlo or ReplyTo.Lhlo when reply.Code / 100 == 2:
                _server.Name = NameIn(reply);
                _server.Extensions = new ServerExtensions(reply.Lines.Skip(1), isLmtp: to == ReplyTo.Lhlo);
                break;
            case ReplyTo.Helo when reply.Code / 100 == 2:
                (_server.Name, _server.Extensions) = (NameIn(reply), ServerExtensions.None);
                break;
            case ReplyTo.StartTls when reply.Code == 220:
                _mode = Mode.Handshake;
                TriedTls = true;
                break;
            case ReplyTo.Auth when reply.Code == 334:
                _mode = Mode.Challenge;
                break;
            case ReplyTo.Auth when reply.Code == 235:
                _server.IsLoggedIn = true;
                break;
            case ReplyTo.Data when reply.Code == 354:
                _mode = Mode.Content;
                _content.Begin();
                break;
            case ReplyTo.LastChunk when reply.Code / 100 != 2:
                HasMail = true;
                break;
            case ReplyTo.Quit:
                Finish(new DialogueEnd(Fault.None, null));
                break;
        }
    }

    // RFC 5321 §4.1.1.1: the server's domain is the first word
    private static string NameIn(Reply reply) => reply.Lines[0].Split(' ', 2)[0];

    private Fault FaultOfLoss()
    {
        // After QUIT there is nothing to lose: a server that closes instead of answering 221 is as good.
        if (_awaited.Next == ReplyTo.Quit)
            return Fault.None;
        Fault known = _peer.Fault;
        if (_mode == Mode.Handshake && !IsTls && known != Fault.Cancelled)
            return Fault.Tls;
        return known == Fault.None ? Fault.Closed : known;
    }

    /// <summary>The first end is the one that counts.</summary>
    private DialogueRead Finish(DialogueEnd end)
    {
        _mode = Mode.Ended;
        End ??= end;
        return DialogueRead.Ended;
    }

    private static SmtpStage StageOf(ReplyTo to) => to switch
    {
        ReplyTo.Connect => SmtpStage.Greeting,
        ReplyTo.Ehlo or ReplyTo.Helo or ReplyTo.Lhlo => SmtpStage.Hello,
        ReplyTo.StartTls => SmtpStage.Tls,
        ReplyTo.Auth => SmtpStage.Auth,
        ReplyTo.Mail => SmtpStage.Mail,
        ReplyTo.Rcpt => SmtpStage.Rcpt,
        ReplyTo.Data => SmtpStage.Data,
        ReplyTo.Chunk => SmtpStage.Content,
        ReplyTo.FinalDot or ReplyTo.LastChunk => SmtpStage.EndOfData,
        _ => SmtpStage.Idle,
    };
}
