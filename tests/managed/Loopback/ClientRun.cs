using System.Net;
using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;
using MailModule.Transport.Dialing;
using MailModule.Transport.Proxies;

namespace MailModule.Tests.Loopback;

/// <summary>A client session over a real socket, with all that came of it.</summary>
internal sealed class ClientRun : ISmtpClientOwner, IDisposable
{
    private readonly Queue<SmtpClientTransaction> _work;
    private readonly Workers _workers = new(16);
    private readonly ConnectionSet _set;
    private readonly ManualResetEventSlim _hasEnded = new();
    private readonly ManualResetEventSlim _hasBegun = new();
    private readonly Dial _dial;
    private bool _isCancelled;

    public ClientRun(int port, SmtpClientOptions? options = null, TlsClientSettings? tls = null, bool tlsFirst = false,
        ProxyAddress? proxy = null, string? targetName = null,
        TimeSpan? connectTimeout = null, params SmtpClientTransaction[] work)
    {
        _work = new Queue<SmtpClientTransaction>(work);
        _set = new ConnectionSet(_workers, new Log(LogLevel.Debug, (level, _, text) =>
        {
            lock (Log)
                Log.Add($"{level} {text}");
        }));
        var dial = new DialOptions
        {
            Target = new IPEndPoint(IPAddress.Loopback, port),
            Tls = tls,
            IsTlsFirst = tlsFirst,
            Proxy = proxy,
            TargetName = targetName,
            Timeout = connectTimeout ?? Loop.Long,
        };
        _dial = Dialer.Connect(dial, _set, connection =>
        {
            Connection = connection;
            connection.ReadsAfterSendFailure = true;
            if (options?.Timeout < connection.HandshakeTimeout)
                connection.HandshakeTimeout = options.Timeout;
            Session = new SmtpClientSession(options ?? Options(), this, connection);
            _hasBegun.Set();
            if (Volatile.Read(ref _isCancelled))
                connection.Abort();
            return Session;
        }, (fault, text) =>
        {
            NotConnected = (fault, text);
            _hasEnded.Set();
        });
    }

    public SmtpClientSession? Session { get; private set; }
    public Connection? Connection { get; private set; }
    public (Fault Fault, string Text)? NotConnected { get; private set; }
    public Fault Fault { get; private set; }
    public Reply? Words { get; private set; }
    public SmtpStage Stage { get; private set; }
    public string? Tls { get; private set; }
    public byte[]? EndPointBinding { get; private set; }
    public bool IsVerified { get; private set; }
    public List<SmtpClientTransaction> Returned { get; } = [];
    public List<SmtpClientTransaction> Completed { get; } = [];
    public List<string> Log { get; } = [];

    /// <summary>Of all that completed, in order.</summary>
    public IEnumerable<AttemptResult> Results => Completed.SelectMany(transaction => transaction.Results)!;

    public static SmtpClientOptions Options(StartTlsUse startTls = StartTlsUse.Never)
        => new("client.example", startTls);

    public static SmtpClientTransaction Message(IMessageSource source, params string[] to)
    {
        Assert.True(MailAddress.TryParse("ann@a.example", out MailAddress from));
        return new SmtpClientTransaction(
            from, [.. to.Select(one => MailAddress.TryParse(one, out MailAddress address)
                ? new Recipient(address, null)
                : throw new ArgumentException(one))], source);
    }

    public static SmtpClientTransaction Message(string text = "x\n", string to = "bob@b.example")
        => Message(new Smtp.Client.ClientDialogue.TextOf(text), to);

    /// <summary>Waits until there is nothing more to come.</summary>
    public ClientRun End()
    {
        Assert.True(_hasEnded.Wait(Loop.Long), $"no end at {Session?.Stage}");
        return this;
    }

    public void WaitForSession() => Assert.True(_hasBegun.Wait(Loop.Long));

    /// <summary>Cuts it, as an owner does.</summary>
    public void Cancel()
    {
        Volatile.Write(ref _isCancelled, true);
        _dial.Cancel();
        Connection?.Abort();
    }

    public void Dispose()
    {
        Assert.True(_set.Stop(TimeSpan.Zero));
        Assert.Equal(0, _set.Count);
        _set.Dispose();
        Assert.True(_workers.Stop(Loop.Long));
    }

    SmtpClientTransaction? ITransactionOwner.NextTransaction(ServerExtensions offered)
        => _work.TryDequeue(out SmtpClientTransaction? next) ? next : null;

    SmtpClientTransaction? ITransactionOwner.EarlyTransaction()
        => _work.TryDequeue(out SmtpClientTransaction? next) ? next : null;

    void ITransactionOwner.Sending(SmtpClientTransaction transaction)
    {
    }

    void ITransactionOwner.Completed(SmtpClientTransaction transaction) => Completed.Add(transaction);

    void ITransactionOwner.Returned(SmtpClientTransaction transaction) => Returned.Add(transaction);

    void ISmtpClientOwner.Challenged(SmtpClientSession session)
        => _workers.Run(new ResponseJob(session, Connection!));

    void ISmtpClientOwner.Ended(SmtpClientSession session, Fault fault, Reply? reply)
    {
        Fault = fault;
        Words = reply;
        Stage = session.Stage;
        Tls = Connection!.TlsDescription;
        EndPointBinding = Connection.EndPointBinding;
        IsVerified = Connection.IsPeerVerified;
        _hasEnded.Set();
    }
}
