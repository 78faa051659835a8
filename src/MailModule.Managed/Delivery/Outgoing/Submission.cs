using System.Net;
using System.Net.Sockets;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// One message sent through one given server: name → addresses → connection → dialogue → a result for each recipient. Knows which host; what the
/// host answered is <see cref="SmtpClientSession"/>'s. Steps run one after another, on workers and the session's threads.
/// </summary>
public sealed class Submission : ISmtpClientOwner, IWork
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(30);

    private readonly SubmissionRoute _route;
    private readonly ConnectionSet _connections;
    private readonly Log _log;
    private readonly MessageText _text;
    private readonly SmtpTransaction _transaction;
    private readonly NoticeQueue _notices;
    private readonly Lock _gate = new();
    private readonly ManualResetEvent _completed = new(false);
    private readonly Queue<IPAddress> _addresses = new();
    private StartTlsUse _startTls;
    private IPEndPoint? _current;
    private Dial? _dial;
    private Connection? _connection;
    private int _attempt;
    private bool _isCancelled;
    private bool _isHandedOver;
    private bool _isCompleted;
    private Fault _lastFault = Fault.Dns;
    private Reply? _lastReply;

    /// <param name="text">Finished; this object disposes of it.</param>
    public Submission(SubmissionRoute route, MailAddress from, IEnumerable<MailAddress> to, MessageText text, ISubmissionObserver? observer, ConnectionSet connections, Log log)
    {
        _route = route;
        _startTls = route.StartTls;
        _connections = connections;
        _log = log;
        _text = text;
        _transaction = new SmtpTransaction(from, to.Select(address => new RecipientResult(address)), new TextSource(text, connections.Workers, log));
        _notices = new NoticeQueue(connections.Workers, observer);
    }

    public IReadOnlyList<RecipientResult> Recipients => _transaction.Recipients;

    /// <summary>None if every recipient was delivered to; else the worst: a final refusal before a passing one.</summary>
    public Fault Result => Recipients.Select(recipient => recipient.Fault).OrderByDescending(Weight).First();

    /// <summary>Told when every recipient has its final state; any thread.</summary>
    public event Action<Submission>? Ended;

    public void Start() => _connections.Workers.Run(this);

    /// <summary>Blocks until every recipient has its final state, or the time is up (false).</summary>
    public bool WaitForResult(TimeSpan timeout) => _completed.WaitOne(timeout);

    /// <summary>Blocks until every recipient has its final state and the observer has heard the last of it.</summary>
    public void Wait() => _notices.WaitForLast();

    /// <summary>Gives up what is not final yet, with <see cref="Fault.Cancelled"/>; any thread, at any time. Does not wait for it.</summary>
    public void Cancel()
    {
        Dial? dial;
        Connection? connection;
        lock (_gate)
        {
            _isCancelled = true;
            dial = _dial;
            connection = _connection;
        }
        dial?.Cancel();
        connection?.Abort();
    }

    /// <summary>In place of <see cref="Start"/>: nothing is tried, every recipient fails.</summary>
    public void Fail(Fault fault) => GiveUp(fault, null);

    public void Run()
    {
        _notices.Post(SubmissionState.FindHost, 0);
        if (FindHost())
            TryNextAddress();
        else
            GiveUp(Fault.Dns, null);
    }

    private bool FindHost()
    {
        try
        {
            IPAddress[] found = IPAddress.TryParse(_route.Host.Trim('[', ']'), out IPAddress? address) ? [address] : System.Net.Dns.GetHostAddresses(_route.Host);
            foreach (IPAddress one in found)
                _addresses.Enqueue(one);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            _log.Write(LogLevel.Warning, "send", $"{_route.Host}: {e.Message}");
        }
        return _addresses.Count > 0;
    }

    private void TryNextAddress()
    {
        if (IsCancelled)
            GiveUp(Fault.Cancelled, null);
        else if (_addresses.TryDequeue(out IPAddress? address))
            TryAddress(new IPEndPoint(address, _route.Port));
        else
            GiveUp(_lastFault, _lastReply);
    }

    private void TryAddress(IPEndPoint address)
    {
        _current = address;
        _notices.Post(SubmissionState.Connecting, 0);
        var tls = new TlsClientSettings(_route.Host, _route.VerifyCertificate, _route.Authorities);
        TimeSpan patience = _route.Timeout < ConnectPatience ? _route.Timeout : ConnectPatience;
        var options = new DialOptions { Target = address, Timeout = patience, Tls = tls };
        int attempt = NextAttempt();
        Dial dial = Dialer.Connect(options, _connections, NewSession, NotConnected);
        if (!TryRemember(attempt, dial))
            dial.Cancel();
    }

    private int NextAttempt()
    {
        lock (_gate)
            return ++_attempt;
    }

    // The attempt may have failed and the next begun before the dialler returned: then its dial is no longer the one to cancel.
    private bool TryRemember(int attempt, Dial dial)
    {
        lock (_gate)
        {
            if (attempt == _attempt)
                _dial = dial;
            return !_isCancelled;
        }
    }

    private bool IsCancelled
    {
        get
        {
            lock (_gate)
                return _isCancelled;
        }
    }

    private SmtpClientSession NewSession(Connection connection)
    {
        lock (_gate)
            _connection = connection;
        if (IsCancelled)
            connection.Abort();
        _notices.Post(SubmissionState.Dialog, 0);
        return new SmtpClientSession(new SmtpClientOptions(_route.HelloName, _startTls) { Timeout = _route.Timeout }, this, connection);
    }

    private void NotConnected(Fault fault, string text)
    {
        _log.Write(LogLevel.Info, "send", $"{_current}: {text}");
        _lastFault = fault;
        _lastReply = null;
        TryNextAddress();
    }

    public SmtpTransaction? NextTransaction(SmtpClientSession session)
    {
        if (_isHandedOver)
            return null;
        _isHandedOver = true;
        return _transaction;
    }

    public SmtpTransaction? EarlyTransaction(SmtpClientSession session) => null;

    // It cannot be: there is one transaction, so it is the first of its connection.
    public void Returned(SmtpTransaction transaction) => GiveUp(Fault.Closed, null);

    public void Sending(SmtpTransaction transaction) => _notices.Post(SubmissionState.Sending, transaction.Sent);

    public void Completed(SmtpTransaction transaction) => Complete();

    void ISmtpClientOwner.Ended(SmtpClientSession session, Fault fault, Reply? reply)
    {
        if (_isCompleted)
            return;
        _lastFault = fault;
        _lastReply = reply;
        if (fault == Fault.Tls && session.TriedTls && _startTls == StartTlsUse.IfOffered && !_route.VerifyCertificate)
            TryInClear();
        else if (reply is { IsTemporary: false })
            GiveUp(fault, reply);
        else
            TryNextAddress();
    }

    // Opportunistic TLS (RFC 7435): a handshake that fails is no worse than a server without TLS.
    private void TryInClear()
    {
        _log.Write(LogLevel.Warning, "send", $"{_current}: TLS failed, trying without");
        _startTls = StartTlsUse.Never;
        TryAddress(_current!);
    }

    private void GiveUp(Fault fault, Reply? reply)
    {
        _transaction.FailRest(fault, reply);
        Complete();
    }

    private void Complete()
    {
        _isCompleted = true;
        _text.Dispose();
        foreach (RecipientResult recipient in Recipients)
            Report(recipient);
        Ended?.Invoke(this);
        _completed.Set();
        _notices.PostLast();
    }

    private void Report(RecipientResult recipient)
    {
        if (recipient.State == RecipientState.Delivered)
            _notices.Post(SubmissionState.Done, _transaction.Sent, recipient.Address.Text);
        else
            _notices.Post(SubmissionState.Error, recipient.Reply is { IsPositive: false } reply ? reply.Code : -(long)recipient.Fault, recipient.Address.Text);
        _log.Write(LogLevel.Info, "send", $"to=<{recipient.Address}> host={_route.Host} result={recipient.State} {recipient.Reply?.ToString() ?? recipient.Fault.ToString()}");
    }

    private static int Weight(Fault fault) => fault switch
    {
        Fault.None => 0,
        Fault.RefusedForNow or Fault.Timeout or Fault.Closed or Fault.Connect or Fault.Dns => 1,
        _ => 2,
    };
}
