using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailModule.Delivery.Outgoing;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Outgoing;

/// <summary>What a test needs to send: workers, connections, a scratch folder.</summary>
internal sealed class Outbox : IDisposable
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder _folder = new();

    public Outbox()
    {
        Connections = new ConnectionSet(Workers, Log.None);
    }

    public Workers Workers { get; } = new(64);
    public ConnectionSet Connections { get; }

    public Submission Prepare(string text, int port, ISubmissionObserver? observer = null, string to = "bob@b.example", string host = "127.0.0.1",
        StartTlsUse startTls = StartTlsUse.Never, bool verify = false, int seconds = 30, X509Certificate2Collection? authorities = null)
    {
        var content = new MessageText(_folder.Path);
        Assert.Equal(Fault.None, content.Write(Encoding.UTF8.GetBytes(text)));
        return Prepare(content, port, observer, to, host, startTls, verify, seconds, authorities);
    }

    public Submission Prepare(MessageText content, int port, ISubmissionObserver? observer = null, string to = "bob@b.example", string host = "127.0.0.1",
        StartTlsUse startTls = StartTlsUse.Never, bool verify = false, int seconds = 30, X509Certificate2Collection? authorities = null)
    {
        Assert.Equal(Fault.None, content.Finish());
        Assert.True(MailAddress.TryParse("ann@a.example", out MailAddress from));
        Assert.True(RecipientList.TryParse(to, out IReadOnlyList<MailAddress> addresses, out _));
        var route = new SubmissionRoute(host, port, startTls, verify, "client.example", TimeSpan.FromSeconds(seconds), authorities);
        return new Submission(route, from, addresses, content, observer, Connections, Log.None);
    }

    public MessageText NewText() => new(_folder.Path);

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
        private readonly ConcurrentQueue<(SubmissionState State, long Value, string Recipient)> _heard = new();
        private readonly int _creator = Environment.CurrentManagedThreadId;
        private int _inside;

        public Action<SubmissionState>? Heard { get; init; }
        public List<string> Offences { get; } = [];
        public bool IsFinished { get; private set; }
        public (SubmissionState State, long Value, string Recipient)[] All => [.. _heard];
        public (SubmissionState State, long Value, string Recipient)[] Final => [.. _heard.Where(notice => notice.State is SubmissionState.Done or SubmissionState.Error)];

        public void StateChanged(SubmissionState state, long value, string recipient)
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
