using System.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Delivery;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool.Contract;

/// <summary>
/// What <see cref="ISpool"/> promises of the entries that it hands out, whatever stands behind it. Each test is one
/// promise.
/// </summary>
public abstract class SpoolContract : IDisposable
{
    private readonly List<ISpool> _opened = [];
    private readonly TakingConsumer _local = new();
    private readonly TakingConsumer _remote = new();

    private protected TurnedClock Clock { get; } = new();

    /// <summary>The spool, as another run of the same engine finds it.</summary>
    private protected abstract ISpool Reopen();

    /// <summary>Returns when the spool has handed out what is due by now.</summary>
    private protected abstract void LetHandOut(ISpool spool);

    public void Dispose()
    {
        foreach (ISpool spool in _opened)
            spool.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("a", true, false)]
    [InlineData("@b", false, true)]
    [InlineData("a @b", true, true)]
    public void An_entry_goes_to_the_consumer_of_each_kind_of_recipient_that_it_has(
        string to, bool isForLocal, bool isForRemote)
    {
        ISpool spool = Start();
        string id = Put(spool, to);
        if (isForLocal)
            Assert.Equal(id, _local.Next(isNew: true).Id);
        if (isForRemote)
            Assert.Equal(id, _remote.Next(isNew: true).Id);
        LetHandOut(spool);
        Assert.Equal(0, _local.Waiting + _remote.Waiting);
    }

    [Fact]
    public void What_a_start_finds_is_handed_out_once_oldest_first_and_as_tried_before()
    {
        ISpool spool = Start();
        string[] ids = [Put(spool, "a"), Put(spool, "a"), Put(spool, "a")];
        Assert.Equal(ids, ids.Select(_ => _local.Next(isNew: true).Id));
        spool = Restart();
        string last = Put(spool, "a");
        Assert.Equal(ids, ids.Select(_ => _local.Next(isNew: false).Id));
        Assert.Equal(last, _local.Next(isNew: true).Id);
        Assert.Equal(0, _local.Waiting);
    }

    [Fact]
    public void A_spool_of_one_engine_has_handed_out_all_that_it_found_when_its_start_returns()
    {
        ISpool spool = Start();
        string id = Put(spool, "a @b");
        _local.Next(isNew: true);
        _remote.Next(isNew: true);
        Restart();
        Assert.Equal((1, 1), (_local.Waiting, _remote.Waiting));
        Assert.Equal(id, _local.Next(isNew: false).Id);
    }

    [Fact]
    public void What_is_committed_before_the_start_comes_after_what_was_found()
    {
        string found = Put(Start(), "a");
        _local.Next(isNew: true);
        ISpool spool = Open();
        string early = Put(spool, "a");
        spool.Start(_local, _remote);
        Assert.Equal(found, _local.Next(isNew: false).Id);
        ISpoolEntry next = _local.Next(isNew: true);
        Assert.Equal(early, next.Id);
    }

    [Fact]
    public void Marks_and_note_come_along_and_what_is_done_does_not_come_back()
    {
        ISpool spool = Start();
        string id = Put(spool, "a b @c");
        spool.MarkDone(_local.Next(isNew: true), [0]);
        ISpoolEntry remote = _remote.Next(isNew: true);
        spool.Annotate(remote, "tried"u8.ToArray());
        Assert.Equal(Fault.None, spool.Flush());
        spool = Restart();
        ISpoolEntry local = _local.Next(isNew: false);
        Assert.Equal([true, false, false], Enumerable.Range(0, 3).Select(local.IsDone));
        remote = _remote.Next(isNew: false);
        Assert.Equal((id, "tried"), (remote.Id, Encoding.ASCII.GetString(remote.Note.Span)));
        spool.MarkDone(local, [1]);
        Assert.Equal(Fault.None, spool.Flush());
        spool = Restart();
        Assert.Equal(0, _local.Waiting);
        spool.MarkDone(_remote.Next(isNew: false), [2]);
        Assert.Equal(Fault.None, spool.Flush());
        Restart();
        Assert.Equal(0, _local.Waiting + _remote.Waiting);
    }

    [Fact]
    public void A_consumer_that_is_behind_gets_everything_once_when_it_has_got_on()
    {
        ISpool spool = Start();
        _local.WantsMore = false;
        string[] ids = [.. Enumerable.Range(0, 20).Select(_ => Put(spool, "a"))];
        Assert.Equal(ids[0], _local.Next(isNew: true).Id);
        _local.Resume();
        Assert.Equal(ids[1..], ids[1..].Select(_ => _local.Next(isNew: true).Id));
        LetHandOut(spool);
        Assert.Equal(0, _local.Waiting);
    }

    [Fact]
    public void One_consumer_that_stands_still_does_not_stop_the_other_or_the_senders()
    {
        ISpool spool = Start();
        _local.WantsMore = false;
        for (int i = 0; i < 5; i++)
        {
            string id = Put(spool, "a @b");
            Assert.Equal(id, _remote.Next(isNew: true).Id);
        }
    }

    [Fact]
    public void What_is_given_back_comes_again_with_its_note_but_not_before_its_time()
    {
        ISpool spool = Start();
        string id = Put(spool, "a @b");
        _local.Next(isNew: true);
        ISpoolEntry entry = _remote.Next(isNew: true);
        spool.Annotate(entry, "later"u8.ToArray());
        spool.GiveBack(_remote, entry, Clock.GetUtcNow() + TimeSpan.FromHours(1));
        LetHandOut(spool);
        Assert.Equal(0, _remote.Waiting);
        Clock.Turn(TimeSpan.FromHours(1));
        LetHandOut(spool);
        ISpoolEntry again = _remote.Next(isNew: false);
        Assert.Equal((id, "later"), (again.Id, Encoding.ASCII.GetString(again.Note.Span)));
        Assert.False(again.IsDone(1));
    }

    [Fact]
    public void What_is_given_back_without_a_time_comes_again_at_once()
    {
        ISpool spool = Start();
        string id = Put(spool, "@b");
        spool.GiveBack(_remote, _remote.Next(isNew: true), default);
        Assert.Equal(id, _remote.Next(isNew: false).Id);
    }

    [Fact]
    public void What_was_done_meanwhile_does_not_come_again()
    {
        ISpool spool = Start();
        Put(spool, "@b");
        ISpoolEntry entry = _remote.Next(isNew: true);
        spool.GiveBack(_remote, entry, Clock.GetUtcNow() + TimeSpan.FromHours(1));
        spool.MarkDone(entry, [0]);
        Clock.Turn(TimeSpan.FromHours(1));
        LetHandOut(spool);
        Assert.Equal(0, _remote.Waiting);
    }

    [Fact]
    public void What_is_given_back_is_found_by_the_next_start()
    {
        ISpool spool = Start();
        string id = Put(spool, "@b");
        spool.GiveBack(_remote, _remote.Next(isNew: true), Clock.GetUtcNow() + TimeSpan.FromHours(1));
        Clock.Turn(TimeSpan.FromHours(1));
        Restart();
        Assert.Equal(id, _remote.Next(isNew: false).Id);
    }

    [Fact]
    public void Fields_that_are_known_at_the_end_stand_in_front()
    {
        ISpool spool = Start();
        Assert.Equal(Fault.None, spool.TryBegin(To("a"), 0, out ISpoolWriter writer));
        writer.Append("Return-Path: <>\r\n"u8, () => { });
        writer.ReserveInFront(200);
        writer.Append("Subject: x\r\n\r\ntext\r\n"u8, () => { });
        Assert.Equal(Fault.Limit, writer.PutInFront(Encoding.ASCII.GetBytes($"A: {new string('x', 300)}\r\n")));
        Assert.Equal(Fault.None, writer.PutInFront("Authentication-Results: here; none\r\n"u8));
        using (Stream behind = writer.ReadBack()!())
            Assert.Equal("Subject: x\n\ntext\n", new StreamReader(behind).ReadToEnd());
        Commit(writer);
        Assert.Equal("Return-Path: <>\nAuthentication-Results: here; none\nSubject: x\n\ntext\n",
            SpoolRun.Read(_local.Next(isNew: true).Content));
    }

    [Fact]
    public void What_is_discarded_goes_to_nobody()
    {
        ISpool spool = Start();
        Assert.Equal(Fault.None, spool.TryBegin(To("a @b"), 0, out ISpoolWriter writer));
        writer.Append("x\r\n"u8, () => { });
        writer.Discard();
        Restart();
        Assert.Equal(0, _local.Waiting + _remote.Waiting);
    }

    [Fact]
    public void Entries_without_a_consumer_wait_for_one()
    {
        ISpool spool = Open();
        spool.Start(_local, null);
        string id = Put(spool, "a @b");
        _local.Next(isNew: true);
        Assert.Equal(0, _remote.Waiting);
        Restart();
        Assert.Equal(id, _remote.Next(isNew: false).Id);
    }

    private protected ISpool Open()
    {
        foreach (ISpool spool in _opened)
            spool.Dispose();
        _opened.Clear();
        _opened.Add(Reopen());
        return _opened[0];
    }

    private ISpool Start()
    {
        ISpool spool = Open();
        spool.Start(_local, _remote);
        return spool;
    }

    private ISpool Restart() => Start();

    /// <param name="to">Names of local recipients, and of remote ones with an @ before them.</param>
    private protected static Envelope To(string to)
    {
        var envelope = new Envelope { Received = new DateTimeOffset(2026, 11, 21, 4, 0, 0, TimeSpan.Zero) };
        foreach (string name in to.Split(' '))
        {
            Assert.True(MailAddress.TryParse($"{name.TrimStart('@')}@example.org", out MailAddress address));
            envelope.Recipients.Add(new Recipient(address, name[0] == '@' ? null : name));
        }
        return envelope;
    }

    private protected static string Put(ISpool spool, string to) => Put(spool, To(to));

    private protected static string Put(ISpool spool, Envelope envelope)
    {
        Assert.Equal(Fault.None, spool.TryBegin(envelope, 0, out ISpoolWriter writer));
        writer.Append("Subject: x\r\n\r\ntext\r\n"u8, () => { });
        Commit(writer);
        return writer.Id;
    }

    private static void Commit(ISpoolWriter writer)
    {
        using var done = new ManualResetEventSlim();
        Fault fault = Fault.Internal;
        writer.Commit(result =>
        {
            fault = result;
            done.Set();
        });
        Assert.True(done.Wait(SpoolRun.WaitLimit));
        Assert.Equal(Fault.None, fault);
    }
}
