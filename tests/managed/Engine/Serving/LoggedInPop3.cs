using System.Text;
using MailModule.Engine.Serving;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>A session of the engine's own for user "ann" with the password "secret", whose jobs run at once.</summary>
internal sealed class LoggedInPop3
{
    private readonly Queue<IJob> _jobs = new();
    private readonly Output _output = new();
    private readonly SteppedSession _stepped;

    public LoggedInPop3(
        MaildirStore store, TemporaryFolder folder, Pop3ServerOptions options, LoginDelays? delays = null,
        string name = "ann")
    {
        Assert.True(Account.TryParse("ann;secret;;P", "/", out Account account, out _));
        var accounts = new Accounts([account], new LocalDomains(["d"], _ => false), "realm", folder.Path);
        var host = new HostCallback(null, RequestAction.None, Inline: false);
        _stepped = SteppedPop3.Over(
            new MemoryPeer(), store, folder, _jobs.Enqueue, host, () => accounts, new Guessing(),
            options with { HostName = "mail.example", PlainAuthWithoutTls = true }, null, out _, delays);
        Send("");
        Answer = Send($"USER {name}\r\nPASS secret\r\n")["+OK send PASS\r\n".Length..];
    }

    /// <summary>To PASS.</summary>
    public string Answer { get; }

    /// <summary>To PASS; then the connection is lost.</summary>
    public string Lost
    {
        get
        {
            Lose();
            return Answer;
        }
    }

    public void Lose() => _stepped.Lose(Fault.Closed);

    public string Send(string octets)
    {
        Next next = _stepped.Step(Encoding.ASCII.GetBytes(octets), TimeSpan.Zero, _output);
        while (next is Next.Wait or Next.Write)
        {
            while (_jobs.TryDequeue(out IJob? job))
                job.Run();
            next = _stepped.Step([], TimeSpan.Zero, _output);
        }
        string text = Encoding.ASCII.GetString(_output.Written);
        _output.Clear();
        return text;
    }
}
