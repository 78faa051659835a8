using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Remote;

// From a connection to its end: what the session asks for goes to the owner, and what it lets down to the next host.
public sealed partial class DeliveryAttempt
{
    private const int FailoverLimit = 2;

    private MxFailover? _failover;
    private int _failoverCount;

    /// <summary>The host of this connection was ready for mail.</summary>
    private bool _isReady;

    /// <summary>The host that was ready last, in this run.</summary>
    private RemoteHost? _readyHost;

    /// <summary>How its connection ended, while another is looked for to stand in.</summary>
    private AttemptEnd? _readyEnd;

    private SmtpClientSession NewSession(Connection connection)
    {
        lock (_gate)
            _connection = connection;
        if (_isCancelled)
            connection.Abort();
        _owner.Connected(this);
        var options = new SmtpClientOptions(_options.HelloName, _startTls)
        {
            Login = _options.Login,
            AllowsClearPassword = _options.AllowsClearPassword,
            Timeout = _options.Timeout,
        };
        return new SmtpClientSession(options, this, connection);
    }

    SmtpTransaction? ISmtpClientOwner.NextTransaction(SmtpClientSession session)
    {
        bool isFirst = !_isReady;
        if (isFirst)
            Host = _readyHost = RemoteHostOf(session);
        _isReady = true;
        if (_isCancelled)
            return null;
        if (_failoverCount == 0)
            return _owner.NextTransaction(this);
        // A host that stands in gets what the other let down, and nothing more; the other gets nothing more either.
        return isFirst ? _failover?.Begin() : null;
    }

    SmtpTransaction? ISmtpClientOwner.EarlyTransaction(SmtpClientSession session) => _isCancelled || _failoverCount > 0 ? null : _owner.NextTransaction(this);

    void ISmtpClientOwner.Sending(SmtpTransaction transaction) => _owner.Sending(this, transaction);

    void ISmtpClientOwner.Completed(SmtpTransaction transaction)
    {
        CloseSource(transaction);
        if (_failover is { } failover && failover.Retry == transaction)
        {
            failover.MergeResults();
            transaction = failover.Original;
            _failover = null;
        }
        if (!TryBeginFailover(transaction))
            _owner.Completed(this, transaction);
    }

    void ISmtpClientOwner.Returned(SmtpTransaction transaction)
    {
        CloseSource(transaction);
        _owner.Returned(this, transaction);
    }

    void ISmtpClientOwner.Ended(SmtpClientSession session, Fault fault, Reply? reply)
    {
        lock (_gate)
            _connection = null;
        bool wasReady = _isReady;
        _isReady = false;
        string text = session.FaultText.Length > 0 ? session.FaultText : session.Connection?.FaultText ?? "";
        if (fault == Fault.Cancelled || _isCancelled)
            EndCancelled();
        else if (wasReady)
            EndAfterReady(new AttemptEnd(fault, reply, IsPermanent: false, "", text, WasReady: true));
        else if (MayRetryInClear(session, fault))
            RetryInClear();
        else
            FailBeforeReady(session.Stage, fault, reply, text);
    }

    private void EndAfterReady(AttemptEnd end)
    {
        _readyEnd = end;
        if (_failover is null)
            End(end);
        else
            TryNextAddress();
    }

    private bool TryBeginFailover(SmtpTransaction transaction)
    {
        if (_isCancelled || _failover is not null || _failoverCount == FailoverLimit || MxFailover.For(transaction) is not { } failover)
            return false;
        if (failover.ConcernsHost)
            _addresses.SkipHost(_target.Host);
        if (_addresses.IsAtEnd)
            return false;
        _failover = failover;
        _failoverCount++;
        return true;
    }

    /// <summary>Nobody stands in: what the first host said counts.</summary>
    private void GiveUpFailover()
    {
        if (_failover is not { } failover)
            return;
        _failover = null;
        _owner.Completed(this, failover.Original);
    }

    // What a host refuses for good it refuses at all its addresses: its greeting (RFC 5321 §3.1), our name, our login. Only the first two are about mail: a login may be put right.
    private void FailBeforeReady(SmtpStage stage, Fault fault, Reply? reply, string text)
    {
        bool isRefusal = fault == Fault.Refused;
        if (isRefusal)
            _addresses.SkipHost(_target.Host);
        Fail(fault, reply, text, isFinal: isRefusal && reply is not null && stage is SmtpStage.Greeting or SmtpStage.Hello);
    }

    // Opportunistic TLS (RFC 7435): a handshake that fails is no worse than a server without TLS.
    private bool MayRetryInClear(SmtpClientSession session, Fault fault)
        => fault == Fault.Tls && session.TriedTls && _startTls == StartTlsUse.IfOffered && !_options.VerifyCertificate && !_options.IsTlsFirst;

    private void RetryInClear()
    {
        _dependencies.Log.Write(LogLevel.Warning, "send", $"{_target.Host.Name}: TLS failed, trying without");
        Connect(StartTlsUse.Never);
    }

    private RemoteHost RemoteHostOf(SmtpClientSession session)
    {
        Connection? connection = session.Connection;
        return new RemoteHost(_target.Host.Name, connection?.PeerEndPoint, connection?.TlsDescription, connection?.IsPeerVerified ?? false, session.Extensions.Has("DSN"));
    }

    // A text that is read from a file holds on to it.
    private static void CloseSource(SmtpTransaction transaction) => (transaction.Source as IDisposable)?.Dispose();
}
