using System.Text;
using MailModule.Engine;
using MailModule.Engine.Mailboxes;
using MailModule.Mime.Reading;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Mailboxes;

/// <summary>The host lists, reads and deletes the mail of its users.</summary>
public sealed class HostMailboxTests : IDisposable
{
    private readonly MailboxRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void What_was_delivered_before_is_there_when_a_mailbox_is_opened()
    {
        for (int i = 0; i < 20; i++)
        {
            string id = _run.Deliver("ann", $"Subject: {i}\r\n\r\nline {i}\r\n", from: "eve@there.example");
            using HostMailbox mailbox = _run.Open("ann");
            Assert.Equal(i + 1, mailbox.Count);
            Assert.Contains(Messages(mailbox), message => message.UniqueId.Contains(id, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_message_is_told_with_id_time_and_sizes()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow.AddSeconds(-1);
        string id = _run.Deliver("ann", "Subject: x\n\nbody\n", from: "<eve@there.example>");
        using HostMailbox mailbox = _run.Open("ANN@mail.example");
        MailboxMessage message = Assert.Single(Messages(mailbox));
        string text = MailboxRun.Read(mailbox, 0);
        Assert.StartsWith(
            "Return-Path: <eve@there.example>\nReceived: by mail.example", text, StringComparison.Ordinal);
        Assert.EndsWith("\nSubject: x\n\nbody\n", text, StringComparison.Ordinal);
        Assert.Equal(text.Length, message.Length);
        Assert.Equal(text.Length + text.Count(c => c == '\n'), message.Octets);
        Assert.Equal(message.Octets, mailbox.TotalSize);
        Assert.InRange(message.Received!.Value, before, DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.EndsWith($".{id}.mail.example", message.UniqueId, StringComparison.Ordinal);
        Assert.Equal(0, mailbox.IndexOf(message.UniqueId));
        Assert.True(mailbox.IndexOf("no such id") < 0);
        Assert.Equal(Fault.NotFound, mailbox.Find(1, out _));
        Assert.Equal(Fault.NotFound, mailbox.Find(-1, out _));
    }

    [Fact]
    public void Octets_are_read_from_any_offset()
    {
        string body = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n")); // larger than memory keeps
        _run.Deliver("ann", "Subject: x\n\n" + body);
        using HostMailbox mailbox = _run.Open("ann");
        string text = MailboxRun.Read(mailbox, 0);
        Assert.EndsWith(body, text, StringComparison.Ordinal);
        byte[] octets = Encoding.UTF8.GetBytes(text);
        byte[] piece = new byte[100];
        foreach (int offset in new[] { octets.Length - 50, 5, 70_000, 0, octets.Length, octets.Length + 9 })
        {
            Assert.Equal(Fault.None, mailbox.Read(0, offset, piece, out int count));
            int expected = Math.Clamp(octets.Length - offset, 0, piece.Length);
            Assert.True(count <= expected && (count > 0 || expected == 0));
            Assert.Equal(octets.AsSpan(Math.Min(offset, octets.Length), count), piece.AsSpan(0, count));
        }
    }

    [Fact]
    public void A_source_outlives_mailbox_and_message()
    {
        _run.Deliver("ann", "Subject: x\n\nbody\n");
        HostMailbox mailbox = _run.Open("ann");
        string text = MailboxRun.Read(mailbox, 0);
        Assert.Equal(Fault.None, mailbox.OpenSource(0, out MessageSource? source));
        Assert.Equal(Fault.None, mailbox.Delete([0], out _));
        mailbox.Dispose();
        byte[] octets = new byte[source!.Length];
        Assert.Equal(octets.Length, source.Read(0, octets));
        Assert.Equal(text, Encoding.UTF8.GetString(octets));
        source.Dispose();
    }

    [Fact]
    public void Deleted_messages_keep_their_index_and_are_gone()
    {
        foreach (string text in new[] { "a\n", "b\n", "c\n" })
            _run.Deliver("ann", $"Subject: {text}\n");
        using (HostMailbox mailbox = _run.Open("ann"))
        {
            Assert.Equal(Fault.NotFound, mailbox.Delete([0, 3], out int failed)); // nothing has happened
            Assert.Equal(2, failed);
            Assert.DoesNotContain(Messages(mailbox), message => message.IsDeleted);
            Assert.Equal(Fault.None, mailbox.Delete([0, 2, 0], out failed));
            Assert.Equal(0, failed);
            Assert.Equal(Fault.None, mailbox.Delete([2], out failed));
            Assert.Equal(Fault.None, mailbox.Delete([], out failed));
            Assert.Equal([true, false, true], Messages(mailbox).Select(message => message.IsDeleted));
            Assert.Equal(Messages(mailbox)[1].Octets, mailbox.TotalSize);
            Assert.Equal(Fault.NotFound, mailbox.Read(0, 0, new byte[9], out _));
            Assert.Equal(Fault.NotFound, mailbox.OpenSource(2, out _));
            Assert.Contains("Subject: b", MailboxRun.Read(mailbox, 1), StringComparison.Ordinal);
        }
        Assert.Equal(Fault.None, _run.Engine.Stop(TimeSpan.FromSeconds(10)));
        using HostMailbox later = _run.Open("ann");
        Assert.Equal(1, later.Count);
    }

    [Fact]
    public void What_another_program_deletes_is_not_found_and_no_failure_to_delete()
    {
        _run.Deliver("ann", "Subject: a\n\n");
        _run.Deliver("ann", "Subject: b\n\n");
        using HostMailbox mailbox = _run.Open("ann");
        foreach (string file in Directory.GetFiles(_run.HomeOf("ann") + "/Maildir/new"))
            File.Delete(file);
        Assert.Equal(Fault.NotFound, mailbox.Read(0, 0, new byte[9], out _));
        Assert.Equal(Fault.NotFound, mailbox.OpenSource(0, out _));
        Assert.Equal(Fault.None, mailbox.Delete([0, 1], out int failed));
        Assert.Equal(0, failed);
    }

    [Fact]
    public void One_has_the_lock_and_others_only_look()
    {
        _run.Deliver("ann", "Subject: a\n\n");
        using (HostMailbox first = _run.Open("ann"))
        {
            Assert.Equal(Fault.Locked, _run.Access.Open("ann", "", MailboxOpening.None, out HostMailbox? second));
            Assert.Null(second);
            using HostMailbox look = _run.Open("ann", opening: MailboxOpening.Shared);
            Assert.Equal(Fault.State, look.Delete([0], out _));
            string id = _run.Deliver("ann", "Subject: b\n\n"); // mail comes in all the same
            using HostMailbox later = _run.Open("ann", opening: MailboxOpening.Shared);
            Assert.Equal((1, 1, 2), (first.Count, look.Count, later.Count));
            Assert.Contains(Messages(later), message => message.UniqueId.Contains(id, StringComparison.Ordinal));
            using HostMailbox other = _run.Open("bob");
        }
        using HostMailbox again = _run.Open("ann");
        Assert.Equal(2, again.Count);
    }

    [Fact]
    public void Folders_are_made_on_demand_and_listed()
    {
        Assert.Equal(Fault.NotFound, _run.Access.Open("ann", "spam", MailboxOpening.None, out _));
        Assert.Equal(Fault.NotFound, _run.Access.Open("ann", "spam", MailboxOpening.Shared, out _));
        _run.Open("ann", "spam", MailboxOpening.Create).Dispose();
        _run.Deliver("ann", "Subject: x\n\n", "lists/friends");
        using HostMailbox folder = _run.Open("ann", "lists.friends");
        Assert.Equal(1, folder.Count);
        using HostMailbox inbox = _run.Open("ann"); // its lock is its own
        Assert.Equal(0, inbox.Count);
        Assert.Equal(Fault.None, _run.Access.ListFolders("ann", out IReadOnlyList<string> folders));
        Assert.Equal(["lists/friends", "spam"], folders);
    }

    [Theory]
    [InlineData("carl", "", Fault.NotFound)]
    [InlineData("nobody", "", Fault.NotFound)]
    [InlineData("", "", Fault.NotFound)]
    [InlineData("ann", "../bob", Fault.Argument)]
    [InlineData("ann", "a/../../b", Fault.Argument)]
    [InlineData("ann", "/etc", Fault.Argument)]
    [InlineData("ann", "a\tb", Fault.Argument)]
    public void Names_that_lead_nowhere_are_refused(string user, string folder, Fault expected)
    {
        Assert.Equal(expected, _run.Access.Open(user, folder, MailboxOpening.Create, out HostMailbox? mailbox));
        Assert.Null(mailbox);
        Assert.Equal(expected, _run.Access.NewDelivery(user, folder, "", out HostDelivery? delivery));
        Assert.Null(delivery);
    }

    [Fact]
    public void After_a_stop_a_mailbox_can_be_read_and_given_back_and_no_more()
    {
        _run.Deliver("ann", "Subject: a\n\n");
        MailboxAccess access = _run.Access;
        using (HostMailbox mailbox = _run.Open("ann"))
        {
            Assert.Equal(Fault.None, _run.Engine.Stop(TimeSpan.FromSeconds(10)));
            Assert.Contains("Subject: a", MailboxRun.Read(mailbox, 0), StringComparison.Ordinal);
            Assert.Equal(Fault.State, mailbox.Delete([0], out int failed));
            Assert.Equal(1, failed);
            Assert.Equal(Fault.State, access.Open("bob", "", MailboxOpening.None, out _));
            Assert.Equal(Fault.Locked, _run.Access.Open("ann", "", MailboxOpening.None, out _)); // of the next run
        }
        using HostMailbox later = _run.Open("ann");
        Assert.Equal(Fault.None, later.Delete([0], out _));
    }

    private static List<MailboxMessage> Messages(HostMailbox mailbox)
        => [.. Enumerable.Range(0, mailbox.Count).Select(index =>
        {
            Assert.Equal(Fault.None, mailbox.Find(index, out MailboxMessage? message));
            return message!;
        })];
}
