using MailModule.Mail.Logins.Server;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// What a POP3 session asks for, answered by accounts, host and mailboxes; one for each session. What it keeps of them
/// is its <see cref="Pop3RequestHandler"/>, which a session before its login does without.
/// </summary>
/// <param name="dependencies">Shared by sessions.</param>
/// <param name="connection">For a host that asks for the socket's descriptor, and to go on at another server; null:
/// there is none.</param>
internal sealed class Pop3Backend(Pop3Dependencies dependencies, Connection? connection) : IPop3Backend
{
    private Pop3RequestHandler? _handler;
    private ProxiedPop3? _proxied;

    /// <summary>Asked in place of opening the mailbox of who has logged in, on a thread that may block; null: it is
    /// opened.</summary>
    public Func<Account, string, Pop3Verdict>? Entering
    {
        get => _proxied is { } proxied ? proxied.Enter : field;
        set;
    }

    /// <summary>A host is asked about each message: none is read ahead.</summary>
    public bool AsksAboutMessages { get; init; }

    /// <summary>What QUIT deletes here; null: all that is marked.</summary>
    public IReadOnlyList<int>? ToDelete { get; private set; }
    private RetrReadAhead? _ahead;
    private ClientSpeed? _speed;

    public Pop3Verdict FindSecret(Pop3Session session, SecretExchange exchange)
        => HandlerFor(session).FindSecret(exchange);

    public Pop3Verdict Login(Pop3Session session, SaslExchange exchange)
    {
        _proxied = ProxiedPop3.Of(session, dependencies, connection, exchange);
        return HandlerFor(session).Login(exchange);
    }

    public void PassOn(Pop3Session session) => _proxied!.PassOn(SpeedOf(session));

    public bool PeerReset(Pop3Session session)
    {
        if (_proxied is not { } proxied)
            return false;
        proxied.Cancel();
        return true;
    }

    public Pop3Verdict Open(Pop3Session session, int index, int lines) => HandlerFor(session).Open(index, lines);

    // What was read ahead would go out at once.
    public bool TryAnswer(Pop3Session session, int index, Output output)
        => _ahead is not null && _speed is not { IsLimited: true } && _ahead.TryWrite(index, output);

    public int Read(Pop3Session session, byte[] buffer) => HandlerFor(session).Read(buffer);

    public void NoteSize(Pop3Session session, int index, long wireLength)
        => HandlerFor(session).NoteSize(wireLength);

    public Pop3Verdict Quit(Pop3Session session) => HandlerFor(session).Quit();

    /// <summary>Opens the mailbox of who has logged in. Blocks.</summary>
    public Pop3Verdict Enter(Pop3Session session, Account account, string folder)
        => HandlerFor(session).EnterNow(account, folder);

    /// <summary>QUIT, which deletes these messages. Blocks.</summary>
    public Pop3Verdict QuitNow(Pop3Session session, IReadOnlyList<int> toDelete)
    {
        ToDelete = toDelete;
        return HandlerFor(session).QuitNow();
    }

    public void CloseMessage(Pop3Session session) => HandlerFor(session).CloseMessage();

    public void NotPop3(Pop3Session session)
        => dependencies.Log.OtherProtocol("pop3", session.Peer.RemoteEndPoint);

    public void Closed(Pop3Session session)
    {
        _ahead?.Clear();
        _proxied?.Close();
        _handler?.Close();
        _speed?.End();
    }

    /// <summary>Reads the answer to a RETR ahead, and perhaps those to the next. Workers only.</summary>
    public bool ReadAhead(IMaildrop maildrop, int index)
        => (_ahead ??= new RetrReadAhead(dependencies.ReadAheadBuffers)).ReadFrom(maildrop, index);

    /// <summary>How fast the client gets messages.</summary>
    public ClientSpeed SpeedOf(Pop3Session session)
        => _speed ??= new ClientSpeed(dependencies.Speeds, session.Peer.RemoteEndPoint?.Address);

    private Pop3RequestHandler HandlerFor(Pop3Session session)
        => _handler ??= new Pop3RequestHandler(session, dependencies, this, connection);
}
