using System.Text;
using MailModule.Engine.Mailboxes;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Mailboxes;

/// <summary>The host puts mail into a mailbox.</summary>
public sealed class HostDeliveryTests : IDisposable
{
    private readonly MailboxRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_forward_file_is_passed_by()
    {
        Directory.CreateDirectory(_run.HomeOf("ann"));
        File.WriteAllText(_run.HomeOf("ann") + "/.forward", "bob\n");
        _run.Deliver("ann", "Subject: x\n\n");
        using HostMailbox ann = _run.Open("ann");
        using HostMailbox bob = _run.Open("bob");
        Assert.Equal((1, 0), (ann.Count, bob.Count));
    }

    [Fact]
    public void Line_ends_become_those_of_a_mailbox_and_nuls_and_a_former_return_path_go()
    {
        _run.Deliver("ann", "Return-Path: <old@there.example>\r\nSubject: x\r\n\r\n.one\rtwo\0\nthree\r\n", from: "");
        using HostMailbox mailbox = _run.Open("ann");
        string text = MailboxRun.Read(mailbox, 0);
        Assert.StartsWith("Return-Path: <>\nReceived: by ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("old@there", text, StringComparison.Ordinal);
        Assert.EndsWith("\nSubject: x\n\n.one\rtwo\nthree\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', text);
    }

    [Fact]
    public void Content_comes_from_a_file_or_a_reader_too()
    {
        string path = _run.Folder.In("message");
        string large = "Subject: f\n\n" + new string('x', 900_000) + "\n";
        File.WriteAllText(path, large);
        using (HostDelivery delivery = Begin("ann"))
        {
            Assert.Equal(Fault.None, delivery.ReadFrom(path));
            Assert.Equal(Fault.None, delivery.Commit(out _));
        }
        byte[] octets = Encoding.ASCII.GetBytes(large);
        int at = 0;
        using (HostDelivery delivery = Begin("ann"))
        {
            Assert.Equal(Fault.None, delivery.ReadFrom(buffer =>
            {
                int count = Math.Min(Math.Min(1000, buffer.Length), octets.Length - at);
                octets.AsSpan(at, count).CopyTo(buffer);
                at += count;
                return count;
            }));
            Assert.Equal(Fault.None, delivery.Commit(out _));
        }
        using HostMailbox mailbox = _run.Open("ann");
        Assert.Equal(2, mailbox.Count);
        byte[] end = new byte[20];
        foreach (int index in new[] { 0, 1 })
        {
            Assert.Equal(Fault.None, mailbox.Find(index, out MailboxMessage? message));
            Assert.True(message!.Length > 900_000);
            Assert.Equal(Fault.None, mailbox.Read(index, message.Length - 5, end, out int count));
            Assert.Equal("xxxx\n", Encoding.ASCII.GetString(end, 0, count));
        }
    }

    [Fact]
    public void What_cannot_be_had_leaves_nothing()
    {
        using (HostDelivery delivery = Begin("ann"))
            Assert.Equal(Fault.NotFound, delivery.ReadFrom(_run.Folder.In("nothing")));
        using (HostDelivery delivery = Begin("ann"))
            Assert.Equal(Fault.Io, delivery.ReadFrom(_run.Folder.Path));
        using (HostDelivery delivery = Begin("ann"))
            Assert.Equal(Fault.Io, delivery.ReadFrom(static _ => -1));
        Assert.Equal(Fault.Argument, _run.Access.NewDelivery("ann", "", "no address", out _));
        using HostMailbox mailbox = _run.Open("ann");
        Assert.Equal(0, mailbox.Count);
    }

    [Fact]
    public void Limit_and_quota_hold()
    {
        _run.Set("smtp_msg_limit", "100000");
        Assert.Equal(Fault.Limit, _run.TryDeliver("ann", new string('x', 100_001), out _));
        _run.Set("quota", "ann;20K");
        Assert.Equal(Fault.None, _run.TryDeliver("ann", "Subject: a\n\n" + new string('x', 12_000), out _));
        _run.Open("ann").Dispose(); // it is there
        Assert.Equal(Fault.Full, _run.TryDeliver("ann", "Subject: b\n\n" + new string('x', 12_000), out _));
        Assert.Equal(Fault.None, _run.TryDeliver("bob", "Subject: b\n\n" + new string('x', 12_000), out _));
        using HostMailbox mailbox = _run.Open("ann");
        Assert.Equal(1, mailbox.Count);
    }

    [Fact]
    public void After_a_stop_nothing_is_taken()
    {
        using HostDelivery delivery = Begin("ann");
        Assert.Equal(Fault.None, delivery.Write("Subject: x\n\n"u8));
        Assert.Equal(Fault.None, _run.Engine.Stop(TimeSpan.FromSeconds(10)));
        Assert.Equal(Fault.State, delivery.Commit(out string id));
        Assert.Equal("", id);
    }

    private HostDelivery Begin(string user)
    {
        Assert.Equal(Fault.None, _run.Access.NewDelivery(user, "", "eve@there.example", out HostDelivery? delivery));
        return delivery!;
    }
}
