using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Queue;

public class KeptCopiesTests
{
    [Fact]
    public void A_copy_is_there_before_the_message_is_forgotten()
    {
        using var folder = new TemporaryFolder();
        string sent = Path.Combine(folder.Path, "some", "sent");
        string err = Path.Combine(folder.Path, "err");
        using var bench = new QueueBench(copies: new KeptCopies(isSent => isSent ? sent : err, Disk.Real));
        bench.Network.Answers["one.test"] = to => to == "bad@one.test" ? 550 : 250;
        using var done = new CountdownEvent(2);
        bench.Spool.Marked = () => done.Signal();
        bench.Add("m1", "bad@one.test", "good@one.test");
        bench.Turn();
        bench.TurnUntil(done);
        Assert.Equal("Subject: x\r\n\r\ntext\r\n", File.ReadAllText(Path.Combine(sent, "m1.eml")));
        Assert.Equal("Subject: x\r\n\r\ntext\r\n", File.ReadAllText(Path.Combine(err, "m1.eml")));
        Assert.Single(Directory.GetFiles(sent));
    }

    [Fact]
    public void Without_the_copy_the_message_is_not_forgotten()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "no folder");
        var copies = new KeptCopies(_ => file, Disk.Real);
        Assert.NotEqual(Fault.None,
            copies.Keep(new QueueSpool.Entry("m1", DateTimeOffset.UtcNow, Notify.Default, "a@one.test"), isSent: true));
        Assert.Equal("no folder", File.ReadAllText(file));
    }
}
