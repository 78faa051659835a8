using System.Net;
using System.Text;
using MailModule.Delivery.Outgoing;
using MailModule.Mail.Logins.Server;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// One POP3 session's dealings with the host and the mailbox: the maildrop and the open message, the job that a worker
/// runs, and the stream the host gets.
/// Every step touches files, so it runs on a worker; a session that is on one already (pipelined commands) gets its
/// answer at once.
/// </summary>
internal sealed class Pop3RequestHandler : IRequestStream, IJob
{
    private enum Step
    {
        Login,
        Open,
        Read,
        Quit,
    }

    private readonly Pop3Session _session;
    private readonly Pop3Dependencies _dependencies;
    private readonly Pop3Backend _backend;
    private readonly IBlockingPeer? _connection;
    private IMaildrop? _maildrop;
    private Stream? _message;
    private Step _step;
    private (string User, string? Password) _told = ("", null);
    private int _index;
    private bool _isWhole;
    private byte[] _buffer = [];
    private int? _inlineAnswer;
    private SubmissionContent? _hostContent;
    private Pop3LoginCheck? _login;
    private HostRequests? _requests;

    public Pop3RequestHandler(
        Pop3Session session, Pop3Dependencies dependencies, Pop3Backend backend, IBlockingPeer? connection)
    {
        _session = session;
        _dependencies = dependencies;
        _backend = backend;
        _connection = connection;
    }

    public Pop3Verdict FindSecret(SecretExchange exchange)
    {
        _login = new Pop3LoginCheck(_session, _dependencies, exchange, this);
        if (!_login.MayTry())
            return Pop3LoginCheck.Throttled;
        // RFC 1939 §7: of what is stored APOP needs what CRAM-MD5 does, the password itself
        MechanismSet mechanism = exchange is ApopExchange
            ? MechanismSet.CramMd5
            : ServerMechanisms.Find(exchange.Mechanism);
        exchange.Secret = _dependencies.Accounts.SecretOf(exchange.User, mechanism);
        return Pop3Verdict.Accept;
    }

    public Pop3Verdict Login(SaslExchange exchange)
    {
        if (_login?.Exchange != exchange)
            _login = new Pop3LoginCheck(_session, _dependencies, exchange, this);
        _told = (_login.Name, PasswordForHost(exchange));
        if (!_login.MayTry())
            return Pop3LoginCheck.Throttled;
        return Start(Step.Login, RequestAction.PopLogin);
    }

    // As long as the session lives; so only where there is a host that may ask for it.
    private string? PasswordForHost(SaslExchange exchange)
        => exchange is PasswordExchange given && _dependencies.Host.Handler is not null
            ? Encoding.UTF8.GetString(given.Password)
            : null;

    public Pop3Verdict Open(int index, int lines)
    {
        (_index, _isWhole) = (index, lines < 0);
        return Start(Step.Open, RequestAction.PopGetMessage);
    }

    /// <summary>As <see cref="Quit"/>, at once. Blocks.</summary>
    public Pop3Verdict QuitNow() => DeleteAndQuit();

    private HostRequests Requests => _requests ??= new HostRequests(_dependencies.Host, _dependencies.RunJob);

    private IReadOnlyList<int> Marked => _backend.ToDelete ?? _session.Deleted;

    public Pop3Verdict Quit()
    {
        if (_session.Deleted.Count > 0 || _maildrop is { OwesNames: true })
            return Start(Step.Quit, RequestAction.None);
        GiveMaildropBack();
        return Pop3Verdict.Accept;
    }

    /// <summary>What was sent had another size than was told. What a host gave has none that was.</summary>
    public void NoteSize(long wireLength)
    {
        if (_index >= 0)
            _maildrop?.NoteSize(wireLength);
    }

    /// <summary>
    /// Closes the open message: by a worker, for it may be the last that holds a deleted file, however large.
    /// </summary>
    public void CloseMessage()
    {
        if (_message is not { } message)
            return;
        _message = null;
        if (Workers.IsCurrent || message is MemoryStream)
            message.Dispose();
        else
            _dependencies.RunJob(new Closing(message));
    }

    /// <summary>The connection is gone.</summary>
    public void Close()
    {
        CloseMessage();
        GiveMaildropBack();
        _requests?.End();
    }

    private void GiveMaildropBack()
    {
        _maildrop?.Dispose();
        _maildrop = null;
    }

    public int Read(byte[] buffer)
    {
        TimeSpan wait = _message is null ? TimeSpan.Zero : Speed.Wait;
        if (wait == TimeSpan.Zero && (Workers.IsCurrent || _message is MemoryStream))
            return ReadNow(buffer);
        _buffer = buffer;
        _step = Step.Read;
        if (wait > TimeSpan.Zero)
            _dependencies.Guessing.LateAnswers.After(wait, _dependencies.RunJob, this);
        else
            _dependencies.RunJob(this);
        return -2;
    }

    private ClientSpeed Speed => _backend.SpeedOf(_session);

    // With callback_inline the host is asked here, on the session's thread; what touches files goes to a worker all the
    // same.
    private Pop3Verdict Start(Step step, RequestAction action)
    {
        _step = step;
        _inlineAnswer = null;
        if (_dependencies.Host.Inline && _dependencies.Host.AsksAbout(action))
            _inlineAnswer = AskHost(action);
        if (Workers.IsCurrent)
            return RunStep();
        _dependencies.RunJob(this);
        return Pop3Verdict.Pending;
    }

    public void Run()
    {
        if (_step == Step.Read)
            _session.AnswerRead(ReadNow(_buffer));
        else if (RunStep() is { Kind: not Pop3VerdictKind.Pending } verdict)
            _session.Answer(verdict);
    }

    private Pop3Verdict RunStep() => _step switch
    {
        Step.Login => LogIn(),
        Step.Open => Opened(OpenMessage()),
        _ => DeleteAndQuit(),
    };

    private Pop3Verdict Opened(Pop3Verdict verdict)
    {
        if (verdict.Kind == Pop3VerdictKind.Close)
            GiveMaildropBack();
        return verdict;
    }

    private int AskHost(RequestAction action)
    {
        if (_inlineAnswer is int answered)
        {
            _inlineAnswer = null;
            return answered;
        }
        if (!_dependencies.Host.AsksAbout(action))
            return 0;
        return action == RequestAction.PopLogin
            ? Requests.Ask(this, _told.User, action, new RequestArguments(_told.User, _told.Password ?? ""))
            : Requests.Ask(this, UniqueId(), action, new RequestArguments(_told.User, Number: _index + 1));
    }

    private string UniqueId()
    {
        Span<byte> id = stackalloc byte[70];
        return Encoding.ASCII.GetString(id[.._maildrop!.UniqueId(_index, id)]);
    }

    private Pop3Verdict LogIn()
    {
        int answer = AskHost(RequestAction.PopLogin);
        Pop3LoginCheck login = _login!;
        _login = null;
        return answer switch
        {
            0 => login.Run(),
            HostReplies.ClosingCode => login.Leave(HostReplies.Closing(Requests.Refusal)),
            >= 400 and < 500 => login.Leave(HostReplies.LoginLater(Requests.Refusal)),
            < 0 => LogInVouched(login),
            _ => login.Decide(null, "", HostReplies.LoginRefusal(Requests.Refusal)),
        };
    }

    private Pop3Verdict LogInVouched(Pop3LoginCheck login)
    {
        Account? account = VouchedUser.Find(_dependencies.Accounts, _told.User, out string folder);
        return login.Decide(account, folder, Pop3Verdict.Refuse());
    }

    /// <summary>Opens the mailbox of who may log in, or has whoever opens it asked. Blocks.</summary>
    public Pop3Verdict Enter(Account account, string folder)
        => _backend.Entering is { } asks ? asks(account, folder) : OpenMaildrop(account, folder);

    /// <summary>Opens the mailbox of who has logged in elsewhere. Blocks.</summary>
    public Pop3Verdict EnterNow(Account account, string folder)
    {
        _told = (account.Name, null);
        return OpenMaildrop(account, folder);
    }

    private Pop3Verdict OpenMaildrop(Account account, string folder)
    {
        // What was confirmed by SMTP before this login is in the mailbox now, or is late for a reason of its own.
        _dependencies.Delivery.CatchUp(TimeSpan.FromSeconds(2), account.Home);
        Fault fault = _dependencies.Store.Open(account.Home, folder, out IMaildrop maildrop);
        if (fault == Fault.None && DeleteExpired(maildrop, account.Name))
        {
            maildrop.Dispose();
            fault = _dependencies.Store.Open(account.Home, folder, out maildrop);
        }
        if (fault != Fault.None)
            return fault == Fault.Locked ? Pop3Verdict.InUse : Pop3Verdict.Temporary;
        _session.Messages = _maildrop = maildrop;
        _dependencies.CountLogin(_session, account.Name);
        Speed.Begin();
        return Pop3Verdict.Accept;
    }

    private bool DeleteExpired(IMaildrop maildrop, string user)
        => _session.Options.ExpireDays > 0
            && new ExpiredMail(_dependencies.Delivery, _dependencies.Guessing.Clock, _dependencies.Log).Delete(
                maildrop, TimeSpan.FromDays(_session.Options.ExpireDays), user);

    private Pop3Verdict OpenMessage()
    {
        int answer = AskHost(RequestAction.PopGetMessage);
        SubmissionContent? given = _hostContent;
        _hostContent = null;
        if (answer < 0)
            return OpenHostContent(given ?? new SubmissionContent(_dependencies.ScratchFolder));
        given?.Dispose();
        if (answer > 0)
            return HostReplies.RetrievalRefusal(answer, Requests.Refusal);
        if (given is not null)
            return Pop3Verdict.Close();
        if (_isWhole && ReadAhead())
            return Pop3Verdict.Accept;
        Fault fault = _maildrop!.OpenMessage(_index, out Stream content);
        if (fault != Fault.None)
            return Pop3Verdict.Refuse("[SYS/TEMP] the message cannot be read now");
        _message = content;
        return !_isWhole || _maildrop.IsSizeKnown ? Pop3Verdict.Accept : Pop3Verdict.WithoutSize;
    }

    // A host that is asked about messages is asked before each.
    private bool ReadAhead()
        => !_backend.AsksAboutMessages && !_dependencies.Host.AsksAbout(RequestAction.PopGetMessage) && !Speed.IsLimited
            && _backend.ReadAhead(_maildrop!, _index);

    private Pop3Verdict OpenHostContent(SubmissionContent content)
    {
        if (content.Finish() != Fault.None)
        {
            content.Dispose();
            return Pop3Verdict.Close();
        }
        _index = -1;
        string? size = _isWhole ? $"{content.WireLength} octets" : null;
        _message = content.OpenRead();
        return new Pop3Verdict(Pop3VerdictKind.Accept, size);
    }

    private int ReadNow(byte[] buffer)
    {
        int count = TryRead(buffer);
        if (count > 0)
        {
            Speed.Add(count);
            return count;
        }
        _message?.Dispose();
        _message = null;
        return count;
    }

    private int TryRead(byte[] buffer)
    {
        try
        {
            return _message?.Read(buffer, 0, Math.Min(buffer.Length, Speed.Piece)) ?? -1;
        }
        catch (IOException e)
        {
            _dependencies.Log.Write(
                LogLevel.Error, "pop3", $"a message of {_told.User} cannot be read: {ExceptionWords.Of(e)}");
            return -1;
        }
    }

    // RFC 1939 §6: what QUIT confirmed stays deleted, so the deliveries are made durable first; a message that could
    // not be deleted makes it -ERR.
    private Pop3Verdict DeleteAndQuit()
    {
        List<int> ours = [];
        int kept = 0;
        string? words = null;
        foreach (int index in Marked)
        {
            _index = index;
            int answer = AskHost(RequestAction.PopDeleteMessage);
            if (answer == 0)
                ours.Add(index);
            else if (answer > 0)
                (kept, words) = (kept + 1, Requests.Refusal?.Text ?? words);
        }
        _maildrop!.CorrectNames();
        Fault fault = ours.Count == 0 ? Fault.None : _dependencies.Delivery.MakeDurable(_maildrop!.Home);
        if (fault == Fault.None && ours.Count > 0)
        {
            fault = _maildrop!.Delete(
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ours), out int failed);
            kept += failed;
        }
        GiveMaildropBack();
        if (Marked.Count > 0)
            _dependencies.Log.Deleted(_told.User, Marked.Count - kept, kept);
        return fault == Fault.None && kept == 0
            ? Pop3Verdict.Accept
            : Pop3Verdict.Refuse(words ?? "[SYS/TEMP] some deleted messages not removed");
    }

    public Fault Send(ReadOnlySpan<byte> octets)
    {
        if (Requests.Action != RequestAction.PopGetMessage)
            return Fault.State;
        if (octets.IsEmpty)
            return Fault.None;
        _hostContent ??= new SubmissionContent(_dependencies.ScratchFolder);
        return _hostContent.Write(octets);
    }

    public Fault Receive(Span<byte> buffer, out int count)
    {
        count = 0;
        return Fault.State;
    }

    public string? UserName => _told.User.Length > 0 ? _told.User : null;
    public string? Password => _told.Password;
    public IPEndPoint? RemoteEndPoint => _session.Peer.RemoteEndPoint;
    public nint Descriptor => _connection?.Descriptor ?? -1;

    public IHostHandle? Handle
    {
        get => Requests.Handle;
        set => Requests.Handle = value;
    }

    public HostRefusal? Refusal
    {
        set => Requests.Refusal = value;
    }

    private sealed class Closing(Stream message) : IJob
    {
        public void Run() => message.Dispose();
    }
}
