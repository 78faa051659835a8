using System.Text;
using MailModule.Engine.Serving;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Delivery;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>
/// Where the files of a POP3 session are closed: a message in a job, as it may block; the lock of the maildrop before
/// the answer to QUIT, and by no job of its own.
/// </summary>
public sealed class Pop3FilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Queue<IJob> _jobs = new();
    private readonly Output _output = new();
    private readonly MemoryPeer _peer = new();
    private readonly WatchedCalls _calls = new();
    private readonly MaildirStore _store;
    private readonly SteppedSession _session;
    private int _jobsRun;

    public Pop3FilesTests()
    {
        _store = new MaildirStore("h", calls: _calls);
        string[] texts = ["a: b\n\nshort\n", "a: b\n\n" + new string('x', 300_000), "a: b\n\nlast\n"];
        for (int i = 0; i < texts.Length; i++)
            _store.Deliver(
                _folder.In("ann"), $"id{i}", DateTimeOffset.FromUnixTimeSeconds(i), new TextContent(texts[i]), false);
        var host = new HostCallback(null, RequestAction.None, Inline: false);
        _session = SteppedPop3.Over(_peer, _store, _folder, _jobs.Enqueue, host, Accounts);
        Assert.Contains("+OK 3 messages", Send("USER ann\r\nPASS secret\r\n"), StringComparison.Ordinal);
        _calls.ClosedBySession = 0;
        _jobsRun = 0;
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("RETR 1\r\n")]
    [InlineData("RETR 1\r\nRETR 2\r\nRETR 3\r\nRETR 1\r\n")]
    [InlineData("TOP 1 0\r\nTOP 2 0\r\n")]
    public void A_message_is_closed_in_a_job(string commands)
    {
        Assert.EndsWith("\r\n.\r\n", Send(commands), StringComparison.Ordinal);
        RunJobs();
        Assert.Equal((0, 1), (_calls.ClosedBySession, _calls.OpenNow));
    }

    [Fact]
    public void A_message_whose_reader_is_lost_is_closed_in_a_job_and_the_maildrop_is_free_at_once()
    {
        Next next = _session.Step("RETR 2\r\n"u8, TimeSpan.Zero, _output);
        for (int step = 0; next == Next.Wait && step < 10; step++)
        {
            RunJobs();
            next = _session.Step([], TimeSpan.Zero, _output);
        }
        Assert.Equal((Next.Write, 2), (_session.Waits, _calls.OpenNow));
        _session.Lose(Fault.Closed);
        Assert.True(IsMaildropFree());
        Assert.Equal(1, _calls.OpenNow);
        RunJobs();
        Assert.Equal((1, 0), (_calls.ClosedBySession, _calls.OpenNow));
    }

    [Theory]
    [InlineData("QUIT\r\n", 0)]
    [InlineData("DELE 1\r\nQUIT\r\n", 1)]
    public void The_maildrop_is_free_when_quit_is_answered_without_a_job_of_its_own(string commands, int jobs)
    {
        Assert.EndsWith("+OK goodbye\r\n", Send(commands), StringComparison.Ordinal);
        Assert.Equal((jobs, 0), (_jobsRun, _calls.OpenNow));
        Assert.True(IsMaildropFree());
    }

    private bool IsMaildropFree()
    {
        int closed = _calls.ClosedBySession;
        Fault fault = _store.Open(_folder.In("ann"), out IMaildrop again);
        if (fault == Fault.None)
            again.Dispose();
        _calls.ClosedBySession = closed;
        return fault == Fault.None;
    }

    private Accounts Accounts()
    {
        Assert.True(Account.TryParse("ann;secret;;P", "/", out Account account, out _));
        return new Accounts([account], new LocalDomains(["d"], _ => false), "realm", _folder.Path);
    }

    private string Send(string octets)
    {
        Next next = _session.Step(Encoding.ASCII.GetBytes(octets), TimeSpan.Zero, _output);
        string text = Take();
        while (next is Next.Wait or Next.Write)
        {
            RunJobs();
            next = _session.Step([], TimeSpan.Zero, _output);
            text += Take();
        }
        return text;
    }

    private string Take()
    {
        string text = Encoding.ASCII.GetString(_output.Written);
        _output.Clear();
        return text;
    }

    private void RunJobs()
    {
        _calls.IsInJob = true;
        for (; _jobs.TryDequeue(out IJob? job); _jobsRun++)
            job.Run();
        _calls.IsInJob = false;
    }

    private sealed class WatchedCalls : FileCalls
    {
        private readonly HashSet<int> _open = [];

        public bool IsInJob { get; set; }
        public int ClosedBySession { get; set; }

        /// <summary>Messages and locks that are open.</summary>
        public int OpenNow => _open.Count;

        // Folders stay open for what comes next, and are closed on whichever thread asks after their time.
        public override int OpenAt(int folder, ReadOnlySpan<byte> name, OpenAs how)
            => how is OpenAs.Reading or OpenAs.Lock ? Count(base.OpenAt(folder, name, how))
                : base.OpenAt(folder, name, how);

        public override int CreateAt(int folder, ReadOnlySpan<byte> name) => Count(base.CreateAt(folder, name));

        public override int Close(int descriptor)
        {
            ClosedBySession += !IsInJob && _open.Contains(descriptor) ? 1 : 0;
            _open.Remove(descriptor);
            return base.Close(descriptor);
        }

        private int Count(int descriptor)
        {
            if (descriptor >= 0)
                _open.Add(descriptor);
            return descriptor;
        }
    }
}
