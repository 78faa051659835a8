using System.Text;
using MailModule.Authentication.Checks;
using MailModule.Engine.Serving.Handlers;
using MailModule.Mail;
using MailModule.Mail.Logins.Server;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;

namespace MailModule.Engine.Serving;

/// <summary>
/// A session's backend where the host has tables of handlers. Each step has three layers: the handlers, in order; where
/// they continue, the module's own checks; then what the step does. A step that no table has goes to the own backend
/// at once.
/// </summary>
/// <param name="own">The module's own checks, and what steps do.</param>
internal sealed class HandledBackend(SmtpBackend own, HandlerSet set) : ISmtpBackend, ISessionEffects
{
    /// <summary>Steps in which a host may decide by what lists in the DNS say of the client.</summary>
    private const HandlerSteps DecidedByZones = HandlerSteps.Connect | HandlerSteps.Mail | HandlerSteps.Rcpt
        | HandlerSteps.Domain | HandlerSteps.Lookup | HandlerSteps.Data | HandlerSteps.Message;

    private SmtpSession? _session;
    private HandlerCalls? _calls;
    private HandledRecipient? _recipient;
    private HandledContent? _content;
    private HandledLogin? _login;
    private bool _isCounted;
    private bool _isOtherProtocol;

    public AskedCommands Asked => set.Asked;
    public int Messages { get; private set; }
    public HandlerSet Set => set;
    public SmtpBackend Own => own;
    public SmtpSession Session => _session!;
    public string ScratchFolder => own.Dependencies.ScratchFolder();

    /// <summary>The session's calls of the handlers; made at the first.</summary>
    public HandlerCalls Calls => _calls ??= new HandlerCalls(set, Session, this);

    public Verdict Connect(SmtpSession session)
    {
        _session = session;
        own.BeginChecks(session);
        return Ask(HandlerSteps.Connect);
    }

    public Verdict Command(SmtpSession session)
    {
        StepArguments arguments = Calls.Arguments;
        HandlerSteps step = HandlerSet.StepOf(session.Asked);
        ReadOnlySpan<byte> text = session.CommandArgument;
        if (step == HandlerSteps.Unknown)
        {
            CommandLine line = CommandLine.Parse(text);
            arguments.Verb = Encoding.UTF8.GetString(line.Verb);
            text = line.Argument;
        }
        else if (step is HandlerSteps.Verify or HandlerSteps.Expand)
            text = VerifyArgument.Parse(text).Text;
        arguments.Text = Encoding.UTF8.GetString(text);
        return Ask(step);
    }

    public Verdict FindSecret(SmtpSession session, SecretExchange exchange)
    {
        if (!set.Has(HandlerSteps.Secret))
            return own.FindSecret(session, exchange);
        var login = new HandledLogin(session, own.Dependencies, exchange);
        if (!login.MayTry())
            return own.RefuseThrottled();
        _login = login;
        Calls.Arguments.Text = exchange.User;
        return Ask(HandlerSteps.Secret);
    }

    public Verdict Login(SmtpSession session, SaslExchange exchange)
    {
        // What only proves itself is the module's to check: no host sees more of it than that it is there.
        if (!set.Has(HandlerSteps.Auth) || exchange is SecretExchange)
            return own.Login(session, exchange);
        var login = new HandledLogin(session, own.Dependencies, exchange);
        if (!login.MayTry())
            return own.RefuseThrottled();
        _login = login;
        Calls.Arguments.Login = login.ToRequest();
        return Ask(HandlerSteps.Auth);
    }

    public Verdict Mail(SmtpSession session, Envelope envelope, long declaredSize)
    {
        _isCounted = false;
        _content?.Discard();
        _recipient?.Begin();
        own.BeginAuthentication(session, envelope);
        if (set.Has(HandlerSteps.Mail))
            Calls.Arguments.Mail = new MailRequest(
                session.Verb, envelope.ReversePath, PathParts.Of(session.CommandArgument).Parameters)
            {
                EnvelopeId = envelope.EnvelopeId ?? "",
                DeclaredSize = declaredSize,
                EightBit = envelope.EightBit,
                Utf8 = envelope.Utf8,
            };
        return Ask(HandlerSteps.Mail);
    }

    public Verdict Rcpt(SmtpSession session, Envelope envelope, in RcptArgument rcpt)
    {
        if (!set.Has(HandlerSteps.Rcpt | HandlerSteps.Domain | HandlerSteps.Lookup))
            return own.Rcpt(session, envelope, rcpt);
        _recipient ??= new HandledRecipient(this);
        _recipient.Read();
        return Ask(HandlerSteps.Rcpt);
    }

    public Verdict Data(SmtpSession session, Envelope envelope) => Ask(HandlerSteps.Data);

    public bool Append(SmtpSession session, ReadOnlySpan<byte> content)
        => _content is { IsOpen: true } open ? open.Append(content) : own.Append(session, content);

    public Verdict EndOfData(SmtpSession session)
    {
        if (_content is { IsOpen: true } content)
            return content.End();
        CountMessage();
        return own.EndOfData(session);
    }

    public void Discard(SmtpSession session)
    {
        Messages -= _isCounted ? 1 : 0;
        _isCounted = false;
        _content?.Discard();
        own.Discard(session);
    }

    public Verdict Unwelcome(SmtpSession session, Reply reply) => own.Unwelcome(session, reply);

    public void NotSmtp(SmtpSession session)
    {
        _isOtherProtocol = true;
        own.NotSmtp(session);
    }

    public void Closed(SmtpSession session)
    {
        // A connection whose TLS fails is over before anybody was asked.
        _session = session;
        _content?.Discard();
        own.Closed(session);
        if (_calls is null && !set.Has(HandlerSteps.Close | HandlerSteps.Error | HandlerSteps.Timeout))
            return;
        bool isCutOff = (session.IsCutOff || _isOtherProtocol) && session.Peer.Fault == Fault.None;
        Fault fault = isCutOff ? Fault.Protocol : session.Peer.Fault;
        string text = isCutOff ? "the client broke the protocol too often" : session.Peer.FaultText ?? "";
        Calls.End(fault, text.Length > 0 || fault == Fault.None ? text : FaultWords.Of(fault));
    }

    /// <summary>A message is taken, unless it is discarded after all.</summary>
    public void CountMessage()
    {
        Messages++;
        _isCounted = true;
    }

    public bool PeerReset()
    {
        _calls?.CancelPending();
        return true;
    }

    /// <summary>Asks the handlers, where any table has the step, and goes on with their answer.</summary>
    public Verdict Ask(HandlerSteps step)
    {
        if (!set.Has(step))
            return Follow(step, default);
        return (step & DecidedByZones) != 0 && own.Checks is { } checks
            ? AwaitZones(checks, step) ?? AskAuthenticated(step)
            : AskNow(step);
    }

    void ISessionEffects.Answered(HandlerSteps step, StepAnswer answer)
    {
        if (step == HandlerSteps.Chunk && _content is { } content)
        {
            content.ChunkAnswered(answer);
            return;
        }
        Verdict verdict;
        try
        {
            verdict = Follow(step, answer);
        }
        catch (Exception e)
        {
            set.Log.WriteFailure("smtp", $"a step failed behind the handlers at {step}", e);
            verdict = Verdict.Refuse(StepReplies.Failed451);
        }
        if (verdict.Kind != VerdictKind.Pending)
            Session.Answer(verdict);
    }

    bool ISessionEffects.IsTrusted(SmtpSession session) => own.IsTrusted(session);

    Fault ISessionEffects.AddRecipient(MailAddress address)
        => (_recipient ??= new HandledRecipient(this)).Add(address);

    Fault ISessionEffects.AddHeader(string field) => ContentOf().AddHeader(field);

    IReadOnlyList<SessionCheck> ISessionEffects.Checks => own.Checks?.Results ?? [];

    IReadOnlyList<MethodResult> ISessionEffects.Authentication
        => own.Checks?.Authentication is { } authentication ? MethodResult.AllOf(authentication.Known) : [];

    Fault ISessionEffects.SetRecipientReply(int index, HandlerReply reply)
    {
        if (Session.TrySetRecipientReply(index, reply.Over(Replies.MessageAccepted250, 0, Session.MayReplyInUtf8)))
            return Fault.None;
        return Session.Options.IsLmtp
            ? FaultReason.Because(Fault.NotFound, "there is no such recipient")
            : FaultReason.Because(Fault.State, "over SMTP all recipients have one reply");
    }

    Fault ISessionEffects.ReadMessage(long offset, Span<byte> buffer, out int count)
        => ContentOf().Read(offset, buffer, out count);

    Fault ISessionEffects.GetPath(out string? path) => ContentOf().GetPath(out path);

    private Verdict AskNow(HandlerSteps step)
        => Calls.Ask(step) is { } answer ? Follow(step, answer) : Verdict.Pending;

    private Verdict? AwaitZones(SmtpChecks checks, HandlerSteps step)
        => own.IsTrusted(Session)
            ? null
            : checks.AwaitZones(step == HandlerSteps.Connect, own.Dependencies.RunJob, () => AskAuthenticated(step));

    // Handlers are asked once they can be told what is known of the message by then.
    private Verdict AskAuthenticated(HandlerSteps step)
        => own.Checks!.AwaitAuthentication(
            step == HandlerSteps.Message, own.Dependencies.RunJob, () => AskNow(step)) ?? AskNow(step);

    private HandledContent ContentOf() => _content ??= new HandledContent(this);

    /// <summary>What follows the handlers' answer: refused, else done, and where they continue judged first.</summary>
    private Verdict Follow(HandlerSteps step, StepAnswer answer)
    {
        if (step is HandlerSteps.Auth or HandlerSteps.Secret)
            return FollowLogin(step, answer);
        if (answer.IsRefusal)
            return Refused(step, answer);
        bool isOpen = answer.Kind == StepAnswerKind.Continue;
        var accepted = new Verdict(VerdictKind.Accept, answer.Reply);
        switch (step)
        {
            case HandlerSteps.Connect:
                return isOpen ? own.Connect(Session) : accepted;
            case HandlerSteps.Mail:
                return FollowMail(isOpen, accepted);
            case HandlerSteps.Rcpt or HandlerSteps.Domain:
                return _recipient!.Follow(step, answer);
            case HandlerSteps.Lookup:
                return Session.Asked == AskedCommands.Verify
                    ? FollowName(answer)
                    : _recipient!.Follow(step, answer);
            case HandlerSteps.Data:
                return FollowData(answer);
            case HandlerSteps.Message:
                return _content!.Follow(answer);
            case HandlerSteps.Verify:
                Calls.Arguments.Text = HandledName.AddressIn(Calls.Arguments.Text);
                return isOpen ? Ask(HandlerSteps.Lookup) : FollowName(answer);
            default:
                // Of HELO, EHLO and HELP the module has more to say than that it is done.
                bool isOwn = isOpen || step is HandlerSteps.Helo or HandlerSteps.Ehlo
                    || (step == HandlerSteps.Help && answer.Kind == StepAnswerKind.Accept);
                return answer.Reply is null && !isOwn ? new Verdict(VerdictKind.Accept, Replies.Ok250) : accepted;
        }
    }

    private Verdict Refused(HandlerSteps step, StepAnswer answer)
    {
        LogRefusal(answer);
        if (step == HandlerSteps.Mail)
            own.EndMessage();
        if (answer.Kind == StepAnswerKind.Close)
            return Verdict.Close(answer.Reply);
        return step == HandlerSteps.Lookup && Session.Asked != AskedCommands.Verify
            ? own.RefuseUnknown(Session, answer.Reply!)
            : Verdict.Refuse(answer.Reply!);
    }

    public void LogRefusal(StepAnswer answer)
    {
        if (answer != StepReplies.Over)
            own.Dependencies.Log.RefusedByHost(answer.Reply!, Session.RemoteEndPoint);
    }

    private Verdict FollowLogin(HandlerSteps step, StepAnswer answer)
    {
        HandledLogin login = _login!;
        (string? user, string? secret) = (Calls.Findings.Login, Calls.Findings.Secret);
        _login = null;
        Calls.ForgetLogin();
        bool isOpen = answer.Kind == StepAnswerKind.Continue;
        if (answer.IsRefusal)
            return RefusedLogin(step, answer, login);
        if (step == HandlerSteps.Secret)
            return login.Follow(own, answer, secret);
        return isOpen
            ? own.Login(Session, login.Exchange)
            : login.Accept(user, new Verdict(VerdictKind.Accept, answer.Reply));
    }

    private Verdict RefusedLogin(HandlerSteps step, StepAnswer answer, HandledLogin login)
    {
        LogRefusal(answer);
        if (step == HandlerSteps.Auth)
            return login.Refuse(answer);
        if (answer.Kind == StepAnswerKind.Close)
            return Verdict.Close(answer.Reply);
        // What cannot be told now says nothing about the user.
        return answer.Reply!.IsTemporary ? Verdict.Refuse(answer.Reply) : login.HasNone();
    }

    private Verdict FollowName(StepAnswer answer)
        => HandledName.Follow(Session, own.Dependencies.Policy(), Calls, answer);

    private Verdict FollowMail(bool isOpen, Verdict accepted)
    {
        if (!isOpen)
        {
            own.BeginEnvelope(Session, Session.Envelope);
            return accepted;
        }
        // RFC 5321 appendix F.6: nobody here has a terminal
        Verdict verdict = Session.Verb == "MAIL"
            ? own.Mail(Session, Session.Envelope, Session.DeclaredSize)
            : Verdict.Refuse(Replies.SendOff502);
        if (verdict.Kind != VerdictKind.Accept)
            own.EndMessage();
        return verdict;
    }

    private Verdict FollowData(StepAnswer answer)
    {
        bool isHosts = answer.Kind == StepAnswerKind.Done;
        bool hasRecipients = Session.Envelope.Recipients.Count > 0;
        if (!hasRecipients && !isHosts && _recipient is not { HasOfHost: true })
            return Verdict.Refuse(Replies.NoRecipients554);
        isHosts |= !hasRecipients;
        if (isHosts || _content is { HasHeaders: true } || set.Has(HandlerSteps.Chunk | HandlerSteps.Message))
            ContentOf().Begin(isHosts);
        if (isHosts)
            return new Verdict(VerdictKind.Accept, answer.Reply);
        if (answer.Kind == StepAnswerKind.Continue)
            return own.Data(Session, Session.Envelope);
        Verdict stored = own.Store(Session, Session.Envelope);
        return stored.Kind == VerdictKind.Accept ? stored with { Reply = answer.Reply } : stored;
    }
}
