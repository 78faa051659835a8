using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Reports;

/// <summary>Reports in the real spool, on a disk that fails at the n-th call, for every n.</summary>
public sealed class StoredDsnTests : IDisposable
{
    private const string Directory = "/mail/spool";

    private readonly Workers _workers = new(1);

    public void Dispose() => _workers.Dispose();

    [Theory]
    [InlineData(Fault.Io)]
    [InlineData(Fault.Full)]
    public void Whichever_call_fails_a_report_is_stored_whole_or_owed(Fault fault)
    {
        bool isStruck = true;
        for (int n = 1; isStruck; n++)
        {
            var disk = new SimulatedDisk(n);
            var stored = new List<ISpoolEntry>();
            using var run = new SpoolRun(SpoolRun.Options(Directory, disk), stored.Add);
            int calls = disk.Calls;
            isStruck = false;
            int struck = n;
            disk.Strike = (call, _) =>
            {
                isStruck |= call == calls + struck;
                return call == calls + struck ? fault : Fault.None;
            };
            Fault result = Send(run.Spool);
            run.Spool.Flush(); // the consumer has the dsn a moment after its sender hears that it is durable
            Assert.Equal(result == Fault.None ? 1 : 0, stored.Count);
            disk.Strike = (_, _) => Fault.None;
            if (result != Fault.None)
                Assert.Equal(Fault.None, Send(run.Spool));
            run.Spool.Flush();
            Check(Assert.Single(stored));
        }
    }

    private Fault Send(LogSpool spool)
    {
        var dsnSender = new DsnSender(new DsnDependencies
        {
            Spool = spool,
            Workers = _workers,
            HostName = () => "mail.example",
            VerdictOf = address => new RelayVerdict(address.LocalPart, RelayRefusal.None),
        });
        var message = new OriginalMessage(
            "ann@sender.example", OriginalMessage.Text + string.Concat(Enumerable.Repeat("line\n", 2000)));
        var about = Told.Of(message.Add("bob@far.example"), "5.1.1", "550 5.1.1 no", "mx.far.example", null);
        using var done = new ManualResetEventSlim();
        Fault fault = Fault.None;
        dsnSender.Send(message, DsnKind.Failed, [about], result =>
        {
            fault = result;
            done.Set();
        });
        Assert.True(done.Wait(SpoolRun.WaitLimit));
        return fault;
    }

    private static void Check(ISpoolEntry entry)
    {
        Recipient to = Assert.Single(entry.Envelope.Recipients);
        Assert.Equal(("ann@sender.example", "ann", true),
            (to.Address.Text, to.Maildrop, entry.Envelope.ReversePath.IsNull));
        DsnCheck.Parsed dsn =
            DsnCheck.Strictly(new DsnSpool.Message(entry.Id, entry.Envelope, SpoolRun.Read(entry.Content)));
        Assert.Equal(("message/rfc822", 2000), (dsn.Returned.Type, dsn.Returned.Body.Split("line\n").Length - 1));
    }
}
