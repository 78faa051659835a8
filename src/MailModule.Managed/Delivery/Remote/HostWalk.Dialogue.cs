using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Remote;

// From a connection to its end: what the session asks for goes to the owner, and what it lets down to the next host.
public sealed partial class HostWalk
{
    private const int SecondChanceLimit = 2;

    private SecondChance? _second;
    private int _secondChances;

    /// <summary>The host of this connection was ready for mail.</summary>
    private bool _isReady;

    /// <summary>The host that was ready last, in this run.</summary>
    private RemoteHost? _readyHost;

    /// <summary>How its connection ended, while another is looked for to stand in.</summary>
    private RunEnd? _readyEnd;

    private SmtpClientSession NewSession(Connection connection)
    {
        lock (_gate)
            _connection = connection;
        if (_isCancelled)
            connection.Abort();
        _owner.Connected(this);
        var options = new SmtpClientOptions(_terms.HelloName, _startTls)
        {
            Login = _terms.Login,
            AllowsClearPassword = _terms.AllowsClearPassword,
            Timeout = _terms.Timeout,
        };
        return new SmtpClientSession(options, this, connection);
    }

    SmtpTransaction? ISmtpClientOwner.NextTransaction(SmtpClientSession session)
    {
        bool isFirst = !_isReady;
        if (isFirst)
            Host = _readyHost = FactsOf(session);
        _isReady = true;
        if (_isCancelled)
            return null;
        if (_secondChances == 0)
            return _owner.Next(this);
        // A host that stands in gets what the other let down, and nothing more; the other gets nothing more either.
        return isFirst ? _second?.Begin() : null;
    }

    SmtpTransaction? ISmtpClientOwner.EarlyTransaction(SmtpClientSession session) => _isCancelled || _secondChances > 0 ? null : _owner.Next(this);

    void ISmtpClientOwner.Sending(SmtpTransaction transaction) => _owner.Sending(this, transaction);

    void ISmtpClientOwner.Completed(SmtpTransaction transaction)
    {
        Close(transaction);
        if (_second is { } chance && chance.Again == transaction)
        {
            chance.Conclude();
            transaction = chance.First;
            _second = null;
        }
        if (!TryGiveSecondChance(transaction))
            _owner.Completed(this, transaction);
    }

    void ISmtpClientOwner.Returned(SmtpTransaction transaction)
    {
        Close(transaction);
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
            EndReady(new RunEnd(fault, reply, IsPermanent: false, "", text, WasReady: true));
        else if (MayGoOnInClear(session, fault))
            TryInClear();
        else
            Leave(session.Stage, fault, reply, text);
    }

    private void EndReady(RunEnd end)
    {
        _readyEnd = end;
        if (_second is null)
            End(end);
        else
            TryNextStop();
    }

    private bool TryGiveSecondChance(SmtpTransaction transaction)
    {
        if (_isCancelled || _second is not null || _secondChances == SecondChanceLimit || SecondChance.For(transaction) is not { } chance)
            return false;
        if (chance.IsTroubleOfHost)
            _itinerary.Leave(_stop.Host);
        if (_itinerary.IsAtEnd)
            return false;
        _second = chance;
        _secondChances++;
        return true;
    }

    /// <summary>Nobody stands in: what the first host said counts.</summary>
    private void GiveUpSecondChance()
    {
        if (_second is not { } chance)
            return;
        _second = null;
        _owner.Completed(this, chance.First);
    }

    // What a host refuses for good it refuses at all its addresses: its greeting (RFC 5321 §3.1), our name, our login. Only the first two are about mail: a login may be put right.
    private void Leave(SmtpStage stage, Fault fault, Reply? reply, string text)
    {
        bool isRefusal = fault == Fault.RefusedPermanent;
        if (isRefusal)
            _itinerary.Leave(_stop.Host);
        Fail(fault, reply, text, isFinal: isRefusal && reply is not null && stage is SmtpStage.Greeting or SmtpStage.Hello);
    }

    // Opportunistic TLS (RFC 7435): a handshake that fails is no worse than a server without TLS.
    private bool MayGoOnInClear(SmtpClientSession session, Fault fault)
        => fault == Fault.Tls && session.TriedTls && _startTls == StartTlsUse.IfOffered && !_terms.VerifyCertificate && !_terms.IsTlsFirst;

    private void TryInClear()
    {
        _parts.Log.Write(LogLevel.Warning, "send", $"{_stop.Host.Name}: TLS failed, trying without");
        TryStop(StartTlsUse.Never);
    }

    private RemoteHost FactsOf(SmtpClientSession session)
    {
        Connection? connection = session.Connection;
        return new RemoteHost(_stop.Host.Name, connection?.PeerEndPoint, connection?.TlsDescription, connection?.IsPeerVerified ?? false, session.Extensions.Has("DSN"));
    }

    // A text that is read from a file holds on to it.
    private static void Close(SmtpTransaction transaction) => (transaction.Source as IDisposable)?.Dispose();
}
