using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Pooling;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Delivery.Signing;
using MailModule.Dns;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Tests.Dns;
using MailModule.Tests.Support;
using MailModule.Transport;
using Submission = MailModule.Delivery.Outgoing.Submission;

namespace MailModule.Tests.Delivery.Outgoing;

/// <summary>What a test needs to send: workers, connections, a scratch folder.</summary>
internal sealed class Outbox : IDisposable
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder _folder = new();

    private ConnectionPool? _pool;

    public Outbox()
    {
        Connections = new ConnectionSet(Workers, Log.None);
    }

    /// <summary>As the settings have it at first, but that each connection carries one message.</summary>
    public PoolLimits Limits { get; set; } = new(TimeSpan.Zero, 100, 20, 1);

    /// <summary>What messages leave through, with this outbox's rules and limits at each moment.</summary>
    public ConnectionPool Pool => _pool ??= new ConnectionPool(Attempts, NewRouter(), () => Limits);

    private DeliveryAttemptDependencies Attempts => new(
        Connections, (name, cancel) => new AddressLookup(Dns).Find(name, cancel), Log.None);

    public Workers Workers { get; } = new(64);
    public ConnectionSet Connections { get; }

    /// <summary>What the resolver knows; nothing at first but <c>localhost</c>.</summary>
    public ScriptedDns Dns { get; } = new ScriptedDns().Addresses("localhost", "::1", "127.0.0.1");

    public RoutingRules Rules { get; set; } = ToLoopback(25);

    /// <summary>The hosts of domains are on this machine.</summary>
    public static RoutingRules ToLoopback(int port) => new() { MxPort = port, InnerMx = InnerMx.Allow };

    /// <summary>Through a given server.</summary>
    public Submission Prepare(
        string text, int port, ISubmissionObserver? observer = null, string to = "bob@b.example",
        string host = "127.0.0.1", StartTlsUse startTls = StartTlsUse.Never, bool verify = false, int seconds = 30,
        X509Certificate2Collection? authorities = null)
        => Prepare(ContentOf(text), port, observer, to, host, startTls, verify, seconds, authorities);

    public Submission Prepare(
        SubmissionContent content, int port, ISubmissionObserver? observer = null, string to = "bob@b.example",
        string host = "127.0.0.1", StartTlsUse startTls = StartTlsUse.Never, bool verify = false, int seconds = 30,
        X509Certificate2Collection? authorities = null)
    {
        var options = new RemoteOptions
        {
            HelloName = "client.example",
            StartTls = startTls,
            VerifyCertificate = verify,
            Authorities = authorities,
            Timeout = TimeSpan.FromSeconds(seconds),
        };
        var request = new SubmissionRequest
        {
            Route = SubmissionRoute.Server,
            From = Address("ann@a.example"),
            Recipients = Recipients(to),
            NextHop = NextHop.OfHost(host, port),
        };
        return Prepare(request, content, options, observer);
    }

    public Submission Prepare(
        SubmissionRequest request, SubmissionContent content, RemoteOptions options,
        ISubmissionObserver? observer = null, ISpool? spool = null, Func<SubmissionContent, Fault>? fill = null,
        SigningOptions? signing = null, string? ownId = null)
    {
        IRouter router = NewRouter();
        var dependencies = new SubmissionDependencies
        {
            Workers = Workers,
            RemoteDelivery = new PooledDelivery(Pool, _ => options),
            NextHopOf = router.NextHopOf,
            HostName = "client.example",
            Spool = spool,
            Signing = signing,
            OwnId = ownId,
        };
        return new Submission(request, content, fill, observer, dependencies);
    }

    public IRouter NewRouter() => new Router(() => Dns, () => Rules);

    public IRemoteDelivery NewRemoteDelivery(IRouter router, RemoteOptions options)
        => new RemoteDelivery(Attempts, router, _ => options);

    public SubmissionContent ContentOf(string text)
    {
        SubmissionContent content = NewContent();
        Assert.Equal(Fault.None, content.Write(Encoding.UTF8.GetBytes(text)));
        return content;
    }

    public static MailAddress Address(string text)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address));
        return address;
    }

    public static SubmittedRecipient[] Recipients(string to)
    {
        Assert.True(RecipientList.TryParse(to, out IReadOnlyList<MailAddress> addresses, out _));
        return [.. addresses.Select(address => new SubmittedRecipient(new Recipient(address, null), null))];
    }

    public SubmissionContent NewContent() => new(_folder.Path);

    public void Dispose()
    {
        Assert.True(Connections.Stop(Long));
        Connections.Dispose();
        Assert.True(Workers.Stop(Long));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        _folder.Dispose();
    }

    /// <summary>Keeps what it hears, and whether the rules for telling it were kept.</summary>
    internal sealed class Listener : ISubmissionObserver
    {
        private readonly ConcurrentQueue<(SubmissionState State, long Value, int Recipient)> _heard = new();
        private readonly int _creator = Environment.CurrentManagedThreadId;
        private int _inside;

        public Action<SubmissionState>? Heard { get; init; }
        public List<string> Offences { get; } = [];
        public bool IsFinished { get; private set; }
        public (SubmissionState State, long Value, int Recipient)[] All => [.. _heard];
        public (SubmissionState State, long Value, int Recipient)[] Final
            => [.. _heard.Where(change => IsFinal(change.State))];

        public void StateChanged(SubmissionState state, long value, int recipient)
        {
            Check();
            _heard.Enqueue((state, value, recipient));
            Heard?.Invoke(state);
            Interlocked.Decrement(ref _inside);
        }

        public void Finished()
        {
            Check();
            IsFinished = true;
            Interlocked.Decrement(ref _inside);
        }

        private static bool IsFinal(SubmissionState state)
            => state is SubmissionState.Done or SubmissionState.Queued or SubmissionState.Failed;

        private void Check()
        {
            if (Interlocked.Increment(ref _inside) != 1)
                Offences.Add("two at once");
            if (IsFinished)
                Offences.Add("after the last");
            if (!Workers.IsCurrent || Environment.CurrentManagedThreadId == _creator)
                Offences.Add("not on a worker");
        }
    }
}
