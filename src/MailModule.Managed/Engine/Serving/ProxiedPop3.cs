using MailModule.Engine.Proxying;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// A POP3 session's dealings with another server that its login names: behind the local login, which is judged as any,
/// comes the remote one, and then the connection goes on without the session. One for each login.
/// </summary>
internal sealed class ProxiedPop3
{
    private readonly Pop3Session _session;
    private readonly Pop3Dependencies _dependencies;
    private readonly Connection _connection;
    private readonly ProxiedLogin _login;
    private volatile RemoteLogin? _remote;
    private volatile bool _isGone;
    private string _user = "";

    private ProxiedPop3(
        Pop3Session session, Pop3Dependencies dependencies, Connection connection, ProxiedLogin login)
        => (_session, _dependencies, _connection, _login) = (session, dependencies, connection, login);

    private Pop3Proxy Proxy => _dependencies.Proxy!;
    private LoginThrottle Throttle => _dependencies.Guessing.Logins;

    /// <summary>
    /// Null: the login is for here. Else the exchange has the local name and password from now on, and nothing else.
    /// </summary>
    /// <param name="connection">Null: the session has none that could go on without it.</param>
    public static ProxiedPop3? Of(
        Pop3Session session, Pop3Dependencies dependencies, Connection? connection, SaslExchange exchange)
    {
        if (connection is null || dependencies.Proxy is not { } proxy || exchange is not PasswordExchange told
            || dependencies.Accounts.Find(told.User) is not null
            || !proxy.TryRead(session.Peer.RemoteEndPoint?.Address, told.User, told.Password, out ProxiedLogin? login))
            return null;
        if (told.Identity == told.User)
            told.Identity = ""; // RFC 4422 §2: itself
        told.Tell(login!.LocalUser, login.LocalPassword);
        return new ProxiedPop3(session, dependencies, connection, login);
    }

    /// <summary>The local login is right.</summary>
    public Pop3Verdict Enter(Account account, string folder)
    {
        _user = account.Name;
        // Passwords of other servers are not to be found out from here any faster than ours.
        if (!Throttle.MayTry(_session.Peer.RemoteEndPoint?.Address, Counted))
            return Pop3LoginCheck.Throttled;
        // The answer may come on another thread before this returns.
        _remote = new RemoteLogin(Proxy, _login, _session.IsUtf8, Answer);
        Proxy.Begin(_remote);
        if (_isGone)
            Close();
        return Pop3Verdict.Pending;
    }

    /// <summary>The login is accepted there, and the client has its answer.</summary>
    public void PassOn(ClientSpeed speed)
    {
        speed.Begin();
        PipeEnd end = _remote!.ClientEnd;
        Proxy.Entered(end);
        end.Attach(_connection);
        _connection.SwitchSession(new ProxiedClientSession(end, _connection, _session, speed, RunAfter));
    }

    /// <summary>The client has gone while it waited for its login.</summary>
    public void Cancel()
    {
        _isGone = true;
        Interlocked.MemoryBarrier(); // either a login that begins now sees this, or this sees the login
        _remote?.Cancel();
    }

    /// <summary>The session is over.</summary>
    public void Close()
    {
        Cancel();
        if (_remote is not { } remote)
            return;
        remote.ClientEnd.End();
        Proxy.Left(remote.ClientEnd);
    }

    private void RunAfter(TimeSpan wait, IJob job)
        => _dependencies.Guessing.LateAnswers.After(wait, _dependencies.RunJob, job);

    private string Counted => _login.ToString().ToUpperInvariant();

    private void Answer(RemoteLoginOutcome outcome)
    {
        _dependencies.Log.PassedOn(_user, _login.Server, outcome, _session.Peer.RemoteEndPoint);
        var verdict = new Pop3Verdict(
            outcome.IsAccepted ? Pop3VerdictKind.PassedOn : Pop3VerdictKind.Refuse, outcome.Text);
        if (!outcome.IsRefusal)
        {
            _session.Answer(verdict);
            return;
        }
        Throttle.Failed(_session.Peer.RemoteEndPoint?.Address, Counted);
        _dependencies.Guessing.LateAnswers.After(
            Guessing.LoginDelay(_session.FailedLogins + 1), _dependencies.RunJob, new Late(_session, verdict));
    }

    private sealed class Late(Pop3Session session, Pop3Verdict verdict) : IJob
    {
        public void Run() => session.Answer(verdict);
    }
}
