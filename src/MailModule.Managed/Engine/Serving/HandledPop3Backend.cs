using MailModule.Engine.Serving.Handlers;
using MailModule.Mail.Logins.Server;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// A POP3 session's backend where the host has tables of handlers: login, and which mailbox it opens. What is done in
/// the mailbox is its <see cref="HandledMaildrop"/>'s. A step that no table has, and one in which all continue, is the
/// own backend's.
/// </summary>
internal sealed class HandledPop3Backend : IPop3Backend, IPop3Effects
{
    private readonly Pop3HandlerSet _set;
    private Pop3Session? _session;
    private Pop3HandlerCalls? _calls;
    private HandledPop3Login? _login;
    private HandledMaildrop? _maildrop;
    private SaslExchange? _exchange;
    private Account? _account;
    private string _folder = "";
    private string? _given;
    private bool _isJudged;
    private bool _isOtherProtocol;

    /// <param name="own">The module's own accounts and mailboxes.</param>
    /// <param name="dependencies">Shared by sessions.</param>
    /// <param name="set">The host's tables.</param>
    public HandledPop3Backend(Pop3Backend own, Pop3Dependencies dependencies, Pop3HandlerSet set)
    {
        (Own, Dependencies, _set) = (own, dependencies, set);
        if (set.Has(Pop3Steps.Open))
            own.Entering = EnterOfAccount;
    }

    public Pop3Backend Own { get; }
    public Pop3Dependencies Dependencies { get; }
    public Pop3Session Session => _session!;
    public Pop3Asked Asked => _set.Asked;
    public string ScratchFolder => Dependencies.ScratchFolder;
    public string Mechanism => _isJudged || Session.State == Pop3State.Transaction ? _exchange?.Mechanism ?? "" : "";

    /// <summary>The session's calls of the handlers; made at the first.</summary>
    public Pop3HandlerCalls Calls => _calls ??= new Pop3HandlerCalls(_set, Session, this);

    private HandledMaildrop Maildrop => _maildrop ??= new HandledMaildrop(this, messages: null);

    public Pop3Verdict Connect(Pop3Session session)
    {
        _session = session;
        return Ask(Pop3Steps.Connect);
    }

    public Pop3Verdict Command(Pop3Session session, Pop3Asked what)
    {
        _session = session;
        string line = session.CommandLine;
        int blank = line.IndexOf(' ');
        Calls.Arguments.Verb = blank < 0 ? line : line[..blank];
        Calls.Arguments.Text = blank < 0 ? "" : line[(blank + 1)..].Trim(' ');
        return Ask(what switch
        {
            Pop3Asked.Capabilities => Pop3Steps.Capabilities,
            Pop3Asked.Noop => Pop3Steps.Noop,
            _ => Pop3Steps.Unknown,
        });
    }

    public Pop3Verdict FindSecret(Pop3Session session, SecretExchange exchange)
    {
        _session = session;
        if (!_set.Has(Pop3Steps.Secret))
            return Own.FindSecret(session, exchange);
        if (!TryBegin(exchange))
            return Pop3LoginCheck.Throttled;
        Calls.Arguments.Text = exchange.User;
        return Ask(Pop3Steps.Secret);
    }

    public Pop3Verdict Login(Pop3Session session, SaslExchange exchange)
    {
        _session = session;
        _exchange = exchange;
        bool isOfHost = exchange is SecretExchange { Secret.IsOfHost: true };
        // What only proves itself is the module's to check: no host sees more of it than that it is there.
        if (!isOfHost && (!_set.Has(Pop3Steps.Auth) || exchange is SecretExchange))
            return Own.Login(session, exchange);
        if (!TryBegin(exchange))
            return Pop3LoginCheck.Throttled;
        if (isOfHost)
            return _login!.Prove();
        Calls.Arguments.Login = _login!.ToRequest();
        return Ask(Pop3Steps.Auth);
    }

    public void PassOn(Pop3Session session) => Own.PassOn(session);

    public Pop3Verdict Delete(Pop3Session session, int index) => Maildrop.Mark(index);

    public Pop3Verdict Reset(Pop3Session session)
        => Calls.HasMailboxStep(Pop3Steps.Reset) ? Ask(Pop3Steps.Reset) : Pop3Verdict.Accept;

    public Pop3Verdict Open(Pop3Session session, int index, int lines) => Maildrop.Open(index, lines);

    public bool TryAnswer(Pop3Session session, int index, Output output)
        => !Calls.HasMailboxStep(Pop3Steps.Retrieve) && Own.TryAnswer(session, index, output);

    public int Read(Pop3Session session, byte[] buffer) => Maildrop.Read(buffer);

    public void NoteSize(Pop3Session session, int index, long wireLength) => Maildrop.NoteSize(index, wireLength);

    public void CloseMessage(Pop3Session session) => Maildrop.CloseMessage();

    public Pop3Verdict Quit(Pop3Session session) => Maildrop.Quit();

    public void NotPop3(Pop3Session session)
    {
        _isOtherProtocol = true;
        Own.NotPop3(session);
    }

    // RFC 1939 §6: what QUIT has begun it ends, whether or not the client waits for it.
    public bool PeerReset(Pop3Session session)
    {
        if (_maildrop is { IsQuitting: true })
            return false;
        _calls?.CancelPending();
        Own.PeerReset(session);
        return true;
    }

    public void Closed(Pop3Session session)
    {
        // A connection whose TLS fails is over before anybody was asked.
        _session = session;
        _maildrop?.CloseMessage();
        Own.Closed(session);
        if (_calls is null && !_set.Has(Pop3Steps.Close | Pop3Steps.Error | Pop3Steps.Timeout))
            return;
        bool isCutOff = (session.IsCutOff || _isOtherProtocol) && session.Peer.Fault == Fault.None;
        Fault fault = isCutOff ? Fault.Protocol : session.Peer.Fault;
        string text = isCutOff ? "the client broke the protocol too often" : session.Peer.FaultText ?? "";
        Calls.End(fault, text.Length > 0 || fault == Fault.None ? text : FaultWords.Of(fault));
    }

    /// <summary>Asks the handlers, where any table has the step, and goes on with their answer.</summary>
    public Pop3Verdict Ask(Pop3Steps step)
    {
        if (!_set.Has(step))
            return Follow(step, default);
        return Calls.Ask(step) is { } answer ? Follow(step, answer) : Pop3Verdict.Pending;
    }

    /// <summary>What a step's answer is for the session.</summary>
    public Pop3Verdict VerdictOf(Pop3StepAnswer answer)
    {
        if (!answer.IsRefusal)
            return new Pop3Verdict(Pop3VerdictKind.Accept, answer.Text);
        if (!answer.IsOver)
            Dependencies.Log.RefusedByHost(answer.Text, Session.Peer.RemoteEndPoint);
        return new Pop3Verdict(
            answer.Kind == StepAnswerKind.Close ? Pop3VerdictKind.Close : Pop3VerdictKind.Refuse, answer.Text);
    }

    void IPop3Effects.Answered(Pop3Steps step, Pop3StepAnswer answer)
    {
        if (step == Pop3Steps.Read)
        {
            Session.AnswerRead(Maildrop.FollowPiece(answer));
            return;
        }
        Pop3Verdict verdict;
        try
        {
            verdict = Follow(step, answer);
        }
        catch (Exception e)
        {
            _set.Log.WriteFailure("pop3", $"a step failed behind the handlers at {step}", e);
            verdict = Pop3Verdict.Temporary;
        }
        if (verdict.Kind != Pop3VerdictKind.Pending)
            Session.Answer(verdict);
    }

    private Pop3Verdict Follow(Pop3Steps step, Pop3StepAnswer answer)
    {
        switch (step)
        {
            case Pop3Steps.Secret:
                return FollowSecret(answer);
            case Pop3Steps.Auth:
                return FollowAuth(answer);
            case Pop3Steps.Open:
                return FollowOpen(answer);
            case Pop3Steps.Retrieve:
                return Maildrop.FollowOpen(answer);
            case Pop3Steps.Remove:
                return Maildrop.FollowRemove(answer);
            case Pop3Steps.Update:
                return Maildrop.FollowUpdate(answer);
            case Pop3Steps.Unknown when answer.Kind == StepAnswerKind.Continue:
                return Pop3Verdict.Refuse();
            case Pop3Steps.Capabilities:
                foreach (string line in Calls.AddedLines)
                    Session.MoreCapabilities.Add(line);
                break;
        }
        return VerdictOf(answer);
    }

    private bool TryBegin(SaslExchange exchange)
    {
        (_exchange, _given, _isJudged) = (exchange, null, false);
        _login = new HandledPop3Login(Session, Dependencies, exchange, EnterJudged);
        return _login.MayTry();
    }

    private Pop3Verdict FollowSecret(Pop3StepAnswer answer)
    {
        var exchange = (SecretExchange)_exchange!;
        string? secret = Calls.Findings.Secret;
        Calls.ForgetLogin();
        Pop3Verdict verdict = answer.IsRefusal ? VerdictOf(answer) : Pop3Verdict.Accept;
        // What cannot be told now says nothing about the user.
        if (verdict.Kind == Pop3VerdictKind.Close || HandledPop3Login.IsOfOurs(verdict.Text))
            return verdict;
        if (answer.Kind == StepAnswerKind.Continue)
            return Own.FindSecret(Session, exchange);
        HostLogins.SetSecret(
            exchange, answer.IsRefusal ? null : secret, Dependencies.Accounts, Dependencies.Log, "pop3");
        return Pop3Verdict.Accept;
    }

    private Pop3Verdict FollowAuth(Pop3StepAnswer answer)
    {
        string? user = Calls.Findings.Login;
        Calls.ForgetLogin();
        if (answer.IsRefusal)
            return _login!.Refuse(VerdictOf(answer));
        if (answer.Kind == StepAnswerKind.Continue)
            return Own.Login(Session, _exchange!);
        _given = user;
        return _login!.Accept();
    }

    /// <summary>
    /// The host has judged, or what it has given: which mailbox, by the name that the client told, or that the host has
    /// set in its place.
    /// </summary>
    private Pop3Verdict EnterJudged()
    {
        string told = _login!.NameTold;
        int slash = told.IndexOf('/');
        bool hasFolder = slash > 0 && _given != told
            && (_given is not null || Dependencies.Accounts.Find(told) is null);
        _exchange!.User = _given ?? (hasFolder ? told[..slash] : told);
        (_account, _folder) = (null, hasFolder ? told[(slash + 1)..] : "");
        return Dependencies.MayLogIn(Session, OwnName) ? AskOpen(_exchange.User) : Pop3Verdict.TooEarly;
    }

    // However it is spelled, a user's name is one name.
    private string OwnName => Dependencies.Accounts.Find(_exchange!.User)?.Name ?? _exchange.User;

    /// <summary>The module itself has judged the login right; on a thread that may block.</summary>
    private Pop3Verdict EnterOfAccount(Account account, string folder)
    {
        (_account, _folder) = (account, folder);
        return AskOpen(account.Name);
    }

    private Pop3Verdict AskOpen(string name)
    {
        _isJudged = true;
        (Calls.Arguments.Text, Calls.Arguments.Folder) = (name, _folder);
        return Ask(Pop3Steps.Open);
    }

    private Pop3Verdict FollowOpen(Pop3StepAnswer answer)
    {
        _login = null;
        if (answer.IsRefusal)
            return VerdictOf(answer);
        if (answer.Kind == StepAnswerKind.Continue)
            return EnterOwn();
        Calls.TakeMailbox();
        _maildrop = new HandledMaildrop(this, Calls.Offered);
        Session.Messages = Calls.Offered;
        Dependencies.CountLogin(Session, OwnName);
        Own.SpeedOf(Session).Begin();
        return VerdictOf(answer);
    }

    // A folder's name is the module's own form where the module has judged, else as the client wrote it.
    private Pop3Verdict EnterOwn()
    {
        string folder = _folder;
        if (_account is null)
        {
            _account = Dependencies.Accounts.FindOrCreate(_exchange!.User);
            if (_account is not { MayReadMail: true }
                || (folder.Length > 0 && !SubFolder.TryParse(folder, _account.Home, out folder)))
                return Pop3Verdict.Refuse("[SYS/PERM] there is no such mailbox");
        }
        _exchange!.User = _account.Name;
        Dependencies.RunJob(new Entering(this, _account, folder));
        return Pop3Verdict.Pending;
    }

    private sealed class Entering(HandledPop3Backend backend, Account account, string folder) : IJob
    {
        public void Run() => backend.Session.Answer(backend.Own.Enter(backend.Session, account, folder));
    }
}
