using System.Collections.Concurrent;
using MailModule.Engine;
using MailModule.Engine.Mailboxes;
using MailModule.Engine.Retrieving;
using MailModule.Engine.Serving;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Engine.Mailboxes;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine;

/// <summary>An engine fetches from the POP3 server of another one, where bob has a mailbox, for ann.</summary>
public sealed class EngineFetchingTests : IDisposable
{
    private readonly MailboxRun _outside = new();
    private readonly MailboxRun _run = new();
    private readonly BlockingCollection<FetchResult> _heard = [];
    private readonly int _port;

    public EngineFetchingTests()
    {
        var options = new ServerOptions { Port = ServerOptions.AnyPort, Addresses = "127.0.0.1" };
        Assert.Equal(Fault.None, _outside.Engine.StartServer(ServerKind.Pop3, options, out StartedServer? server));
        _port = server!.Port;
        _run.Engine.FetchEvents.SetListener(_heard.Add);
    }

    public void Dispose()
    {
        _run.Dispose();
        _outside.Dispose();
        _heard.Dispose();
    }

    [Fact]
    public void A_mailbox_of_the_settings_is_looked_at_and_what_is_deleted_there_is_here()
    {
        _outside.Deliver("bob", "Subject: one\n\nx\n");
        _outside.Deliver("bob", "Subject: two\n\n.y\n");
        Name("3600");
        Open();
        FetchResult result = Heard();
        Assert.Equal((2, 2, 2, Fault.None), (result.Found, result.Fetched, result.Deleted, result.Fault));
        Assert.Equal((1, $"bob@127.0.0.1:{_port}"), (result.Sequence, result.Account));
        Assert.Equal(["Subject: one", "Subject: two"], Subjects("", 2).Order());
        Assert.Equal(0, Left());
        Assert.Equal(Fault.None, _run.Engine.Stop(Loop.Long));
        Open();
        Assert.Equal(0, Heard().Found);
        Assert.Equal(2, Subjects("", 2).Count);
    }

    [Fact]
    public void What_is_set_while_it_runs_counts_and_no_interval_ends_it()
    {
        Open();
        Name("0");
        _outside.Deliver("bob", "Subject: one\n\nx\n");
        Name("1", "keep");
        Assert.Equal((1, 0), Shown(Heard()));
        Assert.Equal((0, 1), Shown(Heard()));
        Name("0");
        while (_heard.TryTake(out _, 1500))
            Assert.Equal(["Subject: one"], Subjects(""));
        Assert.Equal((0, 1), Shown(Assert.Single(Data().Fetching.Results)));
        Assert.True(Data().Fetching.TryMakeDue($"bob@127.0.0.1:{_port}"));
        Assert.Equal((0, 1), Shown(Heard()));

        static (int, int) Shown(FetchResult result) => (result.Fetched, result.Known);
    }

    [Fact]
    public void Lists_and_filters_lead_to_the_folder_for_spam()
    {
        string list = Path.Join(_run.Folder.Path, "bad");
        File.WriteAllText(list, "mallory@\n");
        _run.Set("badlist", list);
        _run.Set("spamfltr", "$in_text(prize)");
        _run.Set("blacklist", "eve@b.example");
        _outside.Deliver("bob", "Subject: one\n\nx\n", from: "good@b.example");
        _outside.Deliver("bob", "Subject: two\n\nx\n", from: "mallory@b.example");
        _outside.Deliver("bob", "Subject: three\n\nYou win a prize\n", from: "good@b.example");
        _outside.Deliver("bob", "Subject: four\n\nx\n", from: "eve@b.example");
        Name("3600");
        Open();
        FetchResult result = Heard();
        Assert.Equal((4, 3, 4), (result.Fetched, result.Refused, result.Deleted));
        Assert.Equal(["Subject: one"], Subjects(""));
        Assert.Equal(["Subject: four", "Subject: three", "Subject: two"], Subjects("spam", 3).Order());
    }

    [Fact]
    public void What_does_harm_and_what_there_is_no_room_for_stays_there()
    {
        if (!ChildProcess.IsPossible)
            return;
        string script = Path.Join(_run.Folder.Path, "scan");
        File.WriteAllText(script, "#if $in_text(virus)\n#rm\n#endif\n");
        _run.Set("antivirus", script);
        _run.Set("quota", "ann;10M");
        _outside.Deliver("bob", "Subject: one\n\nx\n");
        _outside.Deliver("bob", "Subject: two\n\na virus\n");
        _outside.Deliver("bob", $"Subject: three\n\n{new string('x', 20_000_000)}\n");
        Name("3600");
        Open();
        FetchResult result = Heard();
        Assert.Equal((1, 2, 1), (result.Fetched, result.Left, result.Deleted));
        Assert.Equal(["Subject: one"], Subjects(""));
        Assert.Equal(2, Left());
        Assert.Empty(Directory.GetFiles(Path.Join(_run.Folder.Path, "scratch")));
    }

    [Fact]
    public void A_stop_ends_a_look_that_waits_for_a_server()
    {
        var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        int port = ((System.Net.IPEndPoint)silent.LocalEndpoint).Port;
        _run.Set("fetch", $"127.0.0.1:{port};bob;pass;ann;3600");
        Open();
        using (silent.AcceptTcpClient())
            Assert.Equal(Fault.None, _run.Engine.Stop(Loop.Long));
        silent.Stop();
        Assert.Equal(Fault.Cancelled, Heard().Fault);
    }

    private void Name(string seconds, string option = "")
        => _run.Set("fetch", $"127.0.0.1:{_port};bob;pass;ann;{seconds};{option}");

    private HostMailData Data()
    {
        Assert.Equal(Fault.None, _run.Engine.OpenMailData(out HostMailData? data));
        return data!;
    }

    private void Open() => Data();

    private int Left()
    {
        using HostMailbox mailbox = _outside.Open("bob");
        return mailbox.Count;
    }

    private FetchResult Heard()
    {
        Assert.True(_heard.TryTake(out FetchResult? result, Loop.Long));
        return result;
    }

    // Delivery follows the look.
    private List<string> Subjects(string folder, int count = 1)
    {
        List<string> found = [];
        Assert.True(SpinWait.SpinUntil(() => (found = Read(folder)).Count >= count, Loop.Long));
        return found;
    }

    private List<string> Read(string folder)
    {
        using HostMailbox mailbox = _run.Open("ann", folder);
        return [.. Enumerable.Range(0, mailbox.Count).Select(index => MailboxRun.Read(mailbox, index).Split('\n')
            .First(line => line.StartsWith("Subject: ", StringComparison.Ordinal)).TrimEnd('\r'))];
    }
}
