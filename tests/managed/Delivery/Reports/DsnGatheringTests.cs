using System.Text.RegularExpressions;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Reports;

public sealed class DsnGatheringTests : IDisposable
{
    private readonly Workers _workers = new(2);
    private readonly DsnSpool _spool = new();
    private readonly TimerClock _clock = new();
    private readonly DsnGathering _dsns;
    private readonly CountdownEvent _committed = new(1);

    public DsnGatheringTests() => _dsns = new DsnGathering(
        new DsnSender(new DsnDependencies
        {
            Spool = _spool,
            Workers = _workers,
            HostName = () => "mail.example",
            VerdictOf = _ => new RelayVerdict(null, RelayRefusal.None),
        }), _clock);

    public void Dispose()
    {
        _workers.Dispose();
        _committed.Dispose();
    }

    [Fact]
    public void Success_for_fifty_recipients_here_and_elsewhere_is_one_report_with_fifty_groups()
    {
        OriginalMessage message = Message(Notify.Success, local: 25, remote: 25);
        for (int i = 0; i < 25; i++)
            Tell(message, DsnKind.Delivered, i, i + 1);
        Tell(message, DsnKind.Relayed, 25, 50);
        WaitForCommits();
        string text = Assert.Single(_spool.Messages).Text;
        Assert.Equal((50, 25, 25), (Count(text, "Final-Recipient: "), Count(text, "Action: delivered"),
            Count(text, "Action: relayed")));
        DsnCheck.Strictly(_spool.Messages[0]);
    }

    [Fact]
    public void What_others_do_not_come_to_in_a_moment_is_told_later()
    {
        OriginalMessage message = Message(Notify.Success, local: 2, remote: 1);
        Tell(message, DsnKind.Delivered, 0, 1);
        Assert.Empty(_spool.Messages);
        _clock.Fire();
        WaitForCommits();
        Assert.Equal(1, Count(Assert.Single(_spool.Messages).Text, "Final-Recipient: "));
    }

    [Fact]
    public void Failures_here_are_gathered_and_what_the_queue_has_gathered_waits_for_nobody_elsewhere()
    {
        OriginalMessage message = Message(Notify.Default, local: 3, remote: 2);
        Tell(message, DsnKind.Failed, 0, 1);
        Tell(message, DsnKind.Failed, 1, 2);
        Assert.Empty(_spool.Messages);
        Tell(message, DsnKind.Failed, 2, 3);
        Tell(message, DsnKind.Failed, 3, 4);
        WaitForCommits();
        Assert.Equal(4, Count(Assert.Single(_spool.Messages).Text, "Action: failed"));
    }

    [Fact]
    public void Members_of_fifty_aliases_who_are_nobody_are_one_report_and_what_else_is_told_is_in_it()
    {
        OriginalMessage message = Message(Notify.Success | Notify.Failure, local: 50, remote: 0);
        for (int i = 0; i < 50; i++)
        {
            var members = new Envelope { ReversePath = message.Envelope.ReversePath };
            members.Recipients.Add(new Recipient(OriginalMessage.Address($"nobody{i}@here.example"), null));
            Tell(new ResentEntry(message, members), DsnKind.Failed, 0, 1);
            Tell(message, DsnKind.Expanded, i, i + 1);
        }
        WaitForCommits();
        string text = Assert.Single(_spool.Messages).Text;
        Assert.Equal((50, 50), (Count(text, "Action: failed"), Count(text, "Action: expanded")));
    }

    [Fact]
    public void At_the_end_what_waits_is_told()
    {
        Tell(Message(Notify.Success, local: 2, remote: 0), DsnKind.Delivered, 0, 1);
        _dsns.Close();
        WaitForCommits();
        Assert.Single(_spool.Messages);
    }

    private static OriginalMessage Message(Notify notify, int local, int remote)
    {
        var message = new OriginalMessage();
        for (int i = 0; i < local + remote; i++)
            message.Envelope.Recipients.Add(
                new Recipient(OriginalMessage.Address($"r{i}@far.example"), i < local ? $"r{i}" : null)
                { Notify = notify });
        return message;
    }

    private static int Count(string text, string what) => Regex.Count(text, Regex.Escape(what));

    private void Tell(ISpoolEntry message, DsnKind kind, int from, int to)
    {
        _committed.AddCount();
        DsnRecipient[] told = [.. message.Envelope.Recipients[from..to]
            .Select(recipient => Told.Of(recipient, "", "", null, null))];
        _dsns.Send(message, kind, told, fault =>
        {
            Assert.Equal(Fault.None, fault);
            _committed.Signal();
        });
    }

    private void WaitForCommits()
    {
        _committed.Signal();
        Assert.True(_committed.Wait(SpoolRun.WaitLimit));
    }

    /// <summary>A clock that stands, and whose timers go off when a test says so.</summary>
    private sealed class TimerClock : TimeProvider
    {
        private readonly List<OneTimer> _timers = [];

        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new OneTimer(() => callback(state));
            _timers.Add(timer);
            return timer;
        }

        public void Fire()
        {
            foreach (OneTimer timer in _timers.ToArray())
                timer.Fire();
        }

        private sealed class OneTimer(Action over) : ITimer
        {
            private bool _isOver;

            public void Fire()
            {
                if (!_isOver)
                    over();
            }

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => _isOver = true;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }
}
