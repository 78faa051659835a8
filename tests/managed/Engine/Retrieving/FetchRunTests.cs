using System.Text;
using MailModule.Delivery.Outgoing;
using MailModule.Engine.Retrieving;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Retrieving;

public sealed class FetchRunTests : IDisposable
{
    private readonly ScriptedMailbox _outside = new();
    private readonly FetchWorld.Ledger _ledger = new();
    private readonly SimulatedDisk _disk = new();
    private FetchWorld _world;

    public FetchRunTests()
    {
        _disk.MakeDirectory(FetchWorld.Root);
        _world = new FetchWorld(_disk, _outside, _ledger);
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_message_is_stored_with_its_trace_and_deleted_there()
    {
        _outside.Messages.Add(("u1", "Return-Path: <bob@b.example>\r\nSubject: one\r\n\r\n.body\r\n"));
        FetchResult result = _world.Look();
        Assert.Equal((1, 1, 0, 1, 0, Fault.None), (
            result.Found, result.Fetched, result.Known, result.Deleted, result.Left, result.Fault));
        Assert.Equal((_outside.Given.Count, 0), (1, _outside.Messages.Count));
        ISpoolEntry entry = Assert.Single(_world.Entries);
        Assert.Equal("bob@b.example", entry.Envelope.ReversePath.Text);
        Assert.Equal(["ann", $"fetch\t{FetchWorld.Mailbox.Key}\tu1"], entry.Envelope.Recipients.Select(
            one => one.Maildrop));
        Assert.True(entry.Envelope is { IsFromStranger: true, AvoidsInner: true });
        Assert.Equal(
            $"Return-Path: <bob@b.example>\nReceived: from pop.b.example\n\tby mx.a.example with POP3 id {entry.Id}\n"
                + "\tfor <ann@mx.a.example>; Sat, 21 Nov 2026 12:00:00 +0000\nSubject: one\n\n.body\n",
            _world.TextOf(0));
    }

    [Fact]
    public void What_is_kept_there_is_not_fetched_again_not_even_by_the_other_port_or_after_a_start()
    {
        OutsideMailbox kept = FetchWorld.Mailbox with { Keeps = true };
        _outside.Messages.Add(("u1", "Subject: one\r\n\r\nx\r\n"));
        Assert.Equal(1, _world.Look(kept).Fetched);
        FetchResult result = _world.Look(kept with { Port = 995, Tls = OutsideTls.Implicit });
        Assert.Equal((0, 1, 0), (result.Fetched, result.Known, result.Deleted));
        _world.Dispose();
        _world = new FetchWorld(_disk, _outside, _ledger);
        Assert.Equal(0, _world.Look(kept with { Host = "POP.B.example" }).Fetched);
        Assert.Equal(1, _ledger.Times("one"));
        Assert.Equal(1, _world.Look(kept with { User = "other" }).Fetched);
        Assert.Equal(1, _world.Look(kept with { Port = 1110 }).Fetched);
    }

    [Fact]
    public void What_was_kept_is_deleted_when_it_is_not_to_be_kept_any_more()
    {
        _outside.Messages.Add(("u1", "Subject: one\r\n\r\nx\r\n"));
        _world.Look(FetchWorld.Mailbox with { Keeps = true });
        FetchResult result = _world.Look();
        Assert.Equal((0, 1, 1), (result.Fetched, result.Known, result.Deleted));
        Assert.Empty(_outside.Messages);
        _world.Look();
        Assert.Equal(Fault.None, _world.Fetched.Load(FetchWorld.Mailbox.Key, out HashSet<string> known));
        Assert.Empty(known);
    }

    // RFC 1939 §7 lets a server give the id of a message that is gone to another one.
    [Fact]
    public void What_a_list_names_no_more_before_it_is_written_down_is_forgotten_all_the_same()
    {
        var jobs = new List<IJob>();
        _world.RunJob = jobs.Add;
        _outside.Messages.Add(("u1", "Subject: one\r\n\r\nx\r\n"));
        Assert.Equal(1, _world.Look().Deleted);
        _world.Look();
        _world.RunJob = job => job.Run();
        jobs.ForEach(job => job.Run());
        _world.Look();
        _outside.Messages.Add(("u1", "Subject: two\r\n\r\ny\r\n"));
        FetchResult result = _world.Look();
        Assert.Equal((1, 1), (result.Fetched, result.Deleted));
        Assert.Equal((1, 1), (_ledger.Times("one"), _ledger.Times("two")));
    }

    [Fact]
    public void A_message_that_is_too_large_is_left_and_the_others_are_fetched()
    {
        _outside.Messages.Add(("told", $"Subject: one\r\n\r\n{new string('x', 2000)}\r\n"));
        _outside.Messages.Add(("untold", $"Subject: two\r\n\r\n{new string('y', 3000)}\r\n"));
        _outside.Messages.Add(("u3", "Subject: three\r\n\r\nx\r\n"));
        _outside.SizeOf = text => text.Contains('y') ? 10 : text.Length;
        FetchResult result = _world.Look();
        Assert.Equal((1, 2, 1, Fault.Limit), (result.Fetched, result.Left, result.Deleted, result.Fault));
        Assert.Contains("told", result.Text);
        Assert.Equal(["told", "untold"], _outside.Messages.Select(one => one.UniqueId));
        Assert.Equal(["untold", "u3"], _outside.Given);
    }

    [Fact]
    public void Messages_that_their_ids_do_not_tell_apart_are_left()
    {
        _outside.Messages.Add(("same", "Subject: one\r\n\r\nx\r\n"));
        _outside.Messages.Add(("same", "Subject: two\r\n\r\nlonger\r\n"));
        _outside.Messages.Add(("", "Subject: three\r\n\r\nx\r\n"));
        _outside.Messages.Add(("a b", "Subject: four\r\n\r\nx\r\n"));
        _outside.Messages.Add((new string('i', 256), "Subject: five\r\n\r\nx\r\n"));
        _outside.Messages.Add((new string('i', 255), "Subject: six\r\n\r\nx\r\n"));
        FetchResult result = _world.Look();
        Assert.Equal((1, 5, Fault.Protocol), (result.Fetched, result.Left, result.Fault));
        Assert.Equal(5, _outside.Messages.Count);
    }

    [Fact]
    public void Messages_with_one_id_whose_size_is_not_told_are_left()
    {
        _outside.Messages.Add(("same", "Subject: one\r\n\r\nx\r\n"));
        _outside.Messages.Add(("same", "Subject: two\r\n\r\nx\r\n"));
        _outside.Messages.Add(("other", "Subject: three\r\n\r\nx\r\n"));
        _outside.SizeOf = _ => 0;
        FetchResult result = _world.Look();
        Assert.Equal((1, 2, Fault.Protocol), (result.Fetched, result.Left, result.Fault));
        Assert.Equal(["same", "same"], _outside.Messages.Select(one => one.UniqueId));
    }

    // RFC 1939 §7: an id may be a hash of the message.
    [Fact]
    public void Of_two_equal_copies_with_one_id_one_is_fetched_and_both_are_deleted()
    {
        _outside.Messages.Add(("same", "Subject: one\r\n\r\nx\r\n"));
        _outside.Messages.Add(("same", "Subject: one\r\n\r\nx\r\n"));
        FetchResult result = _world.Look();
        Assert.Equal((1, 1, 2, 0), (result.Fetched, result.Known, result.Deleted, result.Left));
        Assert.Empty(_outside.Messages);
    }

    [Fact]
    public void One_look_takes_so_many_at_most_and_the_next_goes_on()
    {
        for (int i = 0; i < 5; i++)
            _outside.Messages.Add(($"u{i}", $"Subject: {i}\r\n\r\nx\r\n"));
        OutsideMailbox few = FetchWorld.Mailbox with { Most = 2, Keeps = true };
        Assert.Equal([2, 2, 1, 0], Enumerable.Range(0, 4).Select(_ => _world.Look(few).Fetched));
        Assert.Equal(["u0", "u1", "u2", "u3", "u4"], _outside.Given);
    }

    [Fact]
    public void Without_a_user_here_nobody_is_asked()
    {
        FetchResult result = _world.Look(FetchWorld.Mailbox with { LocalUser = "nobody" });
        Assert.Equal((Fault.NotFound, 0, 0), (result.Fault, _outside.Steps, _outside.Sessions));
        Assert.Contains("nobody", result.Text);
    }

    [Theory]
    [InlineData("ann@a.example", "ann@a.example")]
    [InlineData("ann", "ann@mx.a.example")]
    public void The_user_may_be_named_by_an_address(string user, string address)
    {
        _outside.Messages.Add(("u1", "Subject: one\r\n\r\nx\r\n"));
        Assert.Equal(1, _world.Look(FetchWorld.Mailbox with { LocalUser = user }).Fetched);
        Recipient recipient = _world.Entries[0].Envelope.Recipients[0];
        Assert.Equal((address, "ann"), (recipient.Address.Text, recipient.Maildrop));
    }

    [Fact]
    public void An_address_elsewhere_is_no_user()
        => Assert.Equal(
            Fault.NotFound, _world.Look(FetchWorld.Mailbox with { LocalUser = "ann@other.example" }).Fault);

    [Fact]
    public void Results_that_claim_to_be_ours_are_taken_out_and_text_is_no_field()
    {
        _outside.Messages.Add((
            "u1",
            "Authentication-Results: mx.a.example; spf=pass\r\nSubject: one\r\nAuthentication-Results: b.example;"
                + " spf=fail\r\nno field\r\n"));
        _world.Look();
        string text = _world.TextOf(0);
        Assert.EndsWith(
            "\nSubject: one\nAuthentication-Results: b.example; spf=fail\n\nno field\n", text,
            StringComparison.Ordinal);
        Assert.DoesNotContain("spf=pass", text);
    }

    [Fact]
    public void A_long_message_comes_as_it_is()
    {
        _world.SizeLimit = 1_000_000;
        var body = new StringBuilder("Subject: one\r\n\r\n");
        while (body.Length < 300_000)
            body.Append(body.Length).Append("\r\n");
        _outside.Messages.Add(("u1", body.ToString()));
        FetchResult result = _world.Look();
        Assert.Equal((Fault.None, 1, (long)body.Length), (result.Fault, result.Fetched, result.Octets));
        Assert.EndsWith(body.ToString().Replace("\r\n", "\n"), _world.TextOf(0), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancel_between_messages_ends_the_look_and_deletes_nothing()
    {
        using var cancel = new CancellationTokenSource();
        _outside.Messages.Add(("u1", "Subject: one\r\n\r\nx\r\n"));
        _outside.Messages.Add(("u2", "Subject: two\r\n\r\nx\r\n"));
        _outside.Strike = (_, name) =>
        {
            if (name == "dele")
                cancel.Cancel();
            return Fault.None;
        };
        FetchResult result = _world.Look(cancel: cancel.Token);
        Assert.Equal((Fault.Cancelled, 1, 0), (result.Fault, result.Fetched, result.Deleted));
        Assert.Equal(2, _outside.Messages.Count);
        Assert.Equal((0, 0), (_ledger.Times("two"), _outside.OpenSessions));
    }

    [Fact]
    public void What_the_check_refuses_goes_into_its_folder()
    {
        _world.Dispose();
        var check = new RefusingCheck();
        _world = new FetchWorld(_disk, _outside, _ledger, check);
        _outside.Messages.Add(("u1", "Return-Path: <>\r\nSubject: one\r\n\r\nbad\r\n"));
        _outside.Messages.Add(("u2", "Subject: two\r\n\r\ngood\r\n"));
        FetchResult result = _world.Look();
        Assert.Equal((2, 1, 2), (result.Fetched, result.Refused, result.Deleted));
        Assert.Equal(
            ["folder\tspam\tann", "ann"], _world.Entries.Select(entry => entry.Envelope.Recipients[0].Maildrop));
        Assert.Equal(["ann@mx.a.example", "ann@mx.a.example"], check.Recipients);
    }

    [Fact]
    public void What_the_check_will_have_nowhere_stays_there_and_so_does_what_there_is_no_room_for()
    {
        _world.Dispose();
        _world = new FetchWorld(_disk, _outside, _ledger, new RefusingCheck { Folder = null, Room = 100 });
        _outside.Messages.Add(("u1", "Subject: one\r\n\r\nbad\r\n"));
        _outside.Messages.Add(("u2", $"Subject: two\r\n\r\n{new string('x', 200)}\r\n"));
        _outside.Messages.Add(("u3", "Subject: three\r\n\r\ngood\r\n"));
        FetchResult result = _world.Look();
        Assert.Equal((1, 1, 2, 0), (result.Fetched, result.Deleted, result.Left, result.Refused));
        Assert.Equal((Fault.RefusedTemporary, 2), (result.Fault, _outside.Messages.Count));
        Assert.Equal("message 1 (u1): it is bad; it stays there", result.Text);
        Assert.Equal((0, 1), (_ledger.Times("one"), _ledger.Times("three")));
    }

    [Fact]
    public void A_full_spool_leaves_what_it_cannot_take_and_what_was_fetched_before_is_deleted()
    {
        for (int i = 0; i < 3; i++)
            _outside.Messages.Add(($"u{i}", $"Subject: {i}\r\n\r\nx\r\n"));
        _outside.Retrieved = id =>
        {
            if (id == "u1")
                _disk.Strike = (_, name) => name is "write" or "create" ? Fault.Full : Fault.None;
        };
        FetchResult result = _world.Look();
        Assert.Equal((Fault.Full, 1, 1), (result.Fault, result.Fetched, result.Deleted));
        Assert.Equal(["u1", "u2"], _outside.Messages.Select(one => one.UniqueId));
        _outside.Retrieved = _ => { };
        _disk.Strike = (_, _) => Fault.None;
        result = _world.Look();
        Assert.Equal((Fault.None, 2), (result.Fault, result.Fetched));
        Assert.Equal([1, 1, 1], Enumerable.Range(0, 3).Select(i => _ledger.Times($"{i}")));
    }

    [Fact]
    public void A_server_without_ids_is_told_of()
    {
        _outside.Messages.Add(("u1", "Subject: one\r\n\r\nx\r\n"));
        _outside.Strike = (_, name) => name == "list" ? Fault.NotSupported : Fault.None;
        FetchResult result = _world.Look();
        Assert.Equal((Fault.NotSupported, 0, "list failed"), (result.Fault, result.Fetched, result.Text));
    }

    [Fact]
    public void While_it_is_not_known_what_was_fetched_nothing_is()
    {
        _outside.Messages.Add(("u1", "Subject: one\r\n\r\nx\r\n"));
        _world.Look(FetchWorld.Mailbox with { Keeps = true });
        string file = $"{FetchWorld.SeenFolder}/{FetchWorld.Mailbox.Key}";
        _disk[file] = "garbage\n"u8.ToArray();
        FetchResult result = _world.Look();
        Assert.Equal((Fault.Io, 1), (result.Fault, _outside.Sessions));
        Assert.Contains(file, result.Text);
    }

    private sealed class RefusingCheck : IFetchedMailCheck
    {
        public List<string> Recipients { get; } = [];
        public string? Folder { get; init; } = "spam";
        public long Room { get; init; } = 1000;

        public bool HasRoom(Recipient recipient, long octets) => octets < Room;

        public FetchedMailRefusal? Check(Envelope envelope, SubmissionContent content, CancellationToken cancel)
        {
            Recipients.Add(envelope.Recipients[0].Address.Text);
            byte[] text = new byte[1000];
            Assert.Equal(Fault.None, content.Read(text, 0, out int count));
            return Encoding.ASCII.GetString(text, 0, count).Contains("bad")
                ? new FetchedMailRefusal(Folder, "it is bad")
                : null;
        }
    }
}
