using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Remote;

// From a connection to its end: what the session asks for goes to the owner, and what one host has failed to take goes
// to the next host.
internal sealed partial class DeliveryAttempt
{
    private SmtpClientSession NewSession(Connection connection)
    {
        _cancellation.Connected(connection);
        _owner.Connected(this);
        return _connector.NewSession(connection, this);
    }

    SmtpClientTransaction? ITransactionOwner.NextTransaction(ServerExtensions offered)
    {
        bool isFirst = !_isReady;
        if (isFirst && !_cancellation.TryBecomeReady())
            return null;
        if (isFirst)
        {
            _host = _readyHost = RemoteHostOf(offered);
            _owner.Ready(this);
        }
        _isReady = true;
        if (_cancellation.IsCancelled)
            return null;
        if (_failoverCount == 0)
            return AtHost(_owner.NextTransaction(this));
        // The next host gets what the first has failed to take, and nothing more; the first gets nothing more either.
        return isFirst ? AtHost(_failover?.Begin()) : null;
    }

    SmtpClientTransaction? ITransactionOwner.EarlyTransaction()
        => _cancellation.IsCancelled || _failoverCount > 0 ? null : AtHost(_owner.NextTransaction(this));

    // After a failover no transaction is asked for any more.
    bool ISmtpClientOwner.Idles() => _failoverCount == 0 && !_cancellation.IsCancelled && _owner.Idles(this);

    void ITransactionOwner.Sending(SmtpClientTransaction transaction) => _owner.Sending(this, transaction);

    bool ITransactionOwner.MayEnd(SmtpClientTransaction transaction)
        => _failover is { } failover && failover.Retry == transaction
            ? _owner.MayEnd(this, failover.Original, failover.Open)
            : _owner.MayEnd(this, transaction, transaction.Open);

    void ITransactionOwner.Completed(SmtpClientTransaction transaction)
    {
        CloseSource(transaction);
        if (_failover is { } failover && failover.Retry == transaction)
        {
            failover.MergeResults();
            transaction = failover.Original;
            _failover = null;
        }
        if (!TryBeginFailover(transaction))
            Complete(transaction);
    }

    void ITransactionOwner.Returned(SmtpClientTransaction transaction)
    {
        CloseSource(transaction);
        _owner.Returned(this, transaction);
    }

    void ISmtpClientOwner.Challenged(SmtpClientSession session)
        => _dependencies.Workers.Run(new ResponseJob(session, _connector.Connection!));

    void ISmtpClientOwner.Ended(SmtpClientSession session, Fault fault, Reply? reply)
    {
        _cancellation.Disconnected();
        bool wasReady = _isReady;
        _isReady = false;
        string text = session.FaultText.Length > 0 ? session.FaultText : _connector.Connection?.FaultText ?? "";
        bool isGivenUp = !wasReady && reply is null && _cancellation.IsGivenUp;
        if (isGivenUp)
            (fault, text) = (Fault.Timeout, "no answer in time");
        if (_cancellation.IsCancelled || fault == Fault.Cancelled)
            EndCancelled();
        else if (wasReady)
            EndAfterReady(ResultOf(session, fault, reply, text));
        else if (reply is null && _connector.TryGiveUpTls(session, fault))
            ConnectInClear(text.Length > 0 ? text : FaultDescriptions.Of(fault));
        else
            FailBeforeReady(ResultOf(session, fault, reply, text));
    }

    private void EndAfterReady(AttemptResult end)
    {
        _readyEnd = end;
        if (_failover is null)
            End(end);
        else
            TryNextAddress();
    }

    private bool TryBeginFailover(SmtpClientTransaction transaction)
    {
        if (_cancellation.IsCancelled || _failover is not null || _failoverCount == FailoverLimit)
            return false;
        if (MxFailover.For(transaction) is not { } failover)
            return false;
        if (failover.ConcernsHost)
            _connector.SkipHost();
        if (_connector.IsAtEnd)
            return false;
        _failover = failover;
        _failoverCount++;
        return true;
    }

    /// <summary>There is no other host to try: what the first host said counts.</summary>
    private void GiveUpFailover()
    {
        if (_failover is not { } failover)
            return;
        _failover = null;
        Complete(failover.Original);
    }

    // What a host refuses for good it refuses at all its addresses: its greeting (RFC 5321 §3.1), our name, our login.
    // Only the first two are about mail: a login may be put right, and so may all with a smarthost, or it passes.
    private void FailBeforeReady(AttemptResult end)
    {
        bool isRefusal = end.Fault == Fault.RefusedPermanent;
        if (isRefusal)
            _connector.SkipHost();
        bool isFinal = isRefusal && end is { Reply: not null, Stage: SmtpStage.Greeting or SmtpStage.Hello }
            && _host is not { IsNamed: true };
        Fail(isFinal ? end with { Kind = AttemptResultKind.Failed } : end);
    }

    /// <summary>How the connection to the host in use ended.</summary>
    private AttemptResult ResultOf(SmtpClientSession session, Fault fault, Reply? reply, string text) => new()
    {
        Kind = AttemptResultKind.Deferred,
        Fault = fault,
        Stage = session.Stage,
        Reply = reply,
        Enhanced = reply?.Enhanced ?? "",
        Happened = text,
        RemoteHost = _host,
    };

    /// <summary>Its results name the host that is ready.</summary>
    private SmtpClientTransaction? AtHost(SmtpClientTransaction? transaction)
    {
        if (transaction is not null)
            transaction.Host = _host;
        return transaction;
    }

    private void Complete(SmtpClientTransaction transaction)
    {
        transaction.MarkLeftOver();
        _owner.Completed(this, transaction);
    }

    private void ConnectInClear(string why)
    {
        string host = _connector.Target.Host.Name;
        _dependencies.Log.Write(LogLevel.Warning, "send", $"{host}: TLS failed ({why}), trying without");
        Connect();
    }

    private RemoteHost RemoteHostOf(ServerExtensions offered)
    {
        Connection? connection = _connector.Connection;
        bool isVerified = connection?.IsPeerVerified ?? false;
        bool offersDsn = offered.Dsn;
        return new RemoteHost(
            _connector.Target.Host.Name, connection?.PeerEndPoint, connection?.TlsDescription, isVerified, offersDsn)
        { IsNamed = _connector.Target.Host.IsNamed };
    }

    // Content that is read from a file keeps the file open.
    private static void CloseSource(SmtpClientTransaction transaction)
        => (transaction.Source as IDisposable)?.Dispose();
}
