using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Tests.Delivery.Lists;

/// <summary>What becomes of messages for lists and aliases that lead to nobody.</summary>
public sealed class ListsOfNobodyTests : IDisposable
{
    private readonly LocalHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("# nobody yet\n\n")]
    [InlineData("no address\n@\n")]
    public void A_list_whose_file_names_nobody_is_reported_to_the_sender(string text)
    {
        File.WriteAllText(_host.Folder.In("members"), text);
        _host.Start("friends@a.example;boss@c.example;@members", "staff@a.example;;@members");
        Put("friends@a.example", Notify.Success | Notify.Failure);
        Put("staff@a.example", Notify.Default);
        Assert.Equal(["Failed to <sender@c.example>: friends@a.example 5.2.4",
            "Failed to <sender@c.example>: staff@a.example 5.2.4"], _host.Dsns.Sent);
        Assert.Empty(_host.Remote);
    }

    [Fact]
    public void A_list_of_nobody_is_reported_to_the_sender_and_its_members_to_the_owner()
    {
        _host.Start("friends@a.example;boss@c.example;gone@a.example", "staff@a.example;;gone@a.example");
        _host.Put("sender@c.example", "friends@a.example");
        _host.DeliverAll();
        Assert.Equal(["Failed to <boss@c.example>: gone@a.example 5.1.1",
            "Failed to <sender@c.example>: friends@a.example 5.2.4"], _host.Dsns.Sent);
        Put("staff@a.example", Notify.Success | Notify.Failure);
        Assert.Equal(["Failed to <sender@c.example>: gone@a.example 5.1.1"], _host.Dsns.Sent.Skip(2));
    }

    [Fact]
    public void A_circle_that_only_files_make_is_reported_as_a_loop()
    {
        File.WriteAllText(_host.Folder.In("members"), "one@a.example\n");
        _host.Start("one@a.example;;two@a.example", "two@a.example;;@members");
        _host.Put("sender@c.example", "one@a.example");
        _host.DeliverAll();
        Assert.Equal(["Failed to <sender@c.example>: one@a.example 5.4.6"], _host.Dsns.Sent);
    }

    [Fact]
    public void An_empty_list_that_is_named_twice_is_no_loop()
    {
        File.WriteAllText(_host.Folder.In("members"), "");
        _host.Start("all@a.example;;one@a.example,two@a.example", "one@a.example;;none@a.example",
            "two@a.example;;none@a.example", "none@a.example;;@members");
        _host.Put("sender@c.example", "all@a.example");
        _host.DeliverAll();
        Assert.Equal(["Failed to <sender@c.example>: all@a.example 5.2.4"], _host.Dsns.Sent);
    }

    [Fact]
    public void A_file_that_is_emptied_between_two_attempts_does_not_undo_the_first()
    {
        string file = _host.Folder.In("members");
        _host.Start("friends@a.example;boss@a.example;@members");
        File.WriteAllLines(file, Enumerable.Range(0, 1_500).Select(i => $"user{i}@b.example"));
        int asked = 0;
        _host.Spool.Refusal = envelope =>
        {
            if (envelope.ReversePath.Text != "boss@a.example" || ++asked != 2)
                return Fault.None;
            File.WriteAllText(file, "");
            return Fault.Full;
        };
        _host.Put("sender@c.example", "friends@a.example");
        _host.DeliverAll();
        Assert.Equal(1_000, Assert.Single(_host.Remote).Envelope.Recipients.Count);
        Assert.Empty(_host.Dsns.Sent);
    }

    [Fact]
    public void A_list_whose_lists_are_empty_ends_with_reports_to_its_owner()
    {
        File.WriteAllText(_host.Folder.In("members"), "");
        _host.Start("outer@a.example;boss@c.example;one@a.example,two@a.example", "one@a.example;;@members",
            "two@a.example;chief@c.example;@members");
        _host.Put("sender@c.example", "outer@a.example");
        _host.DeliverAll();
        Assert.Equal(["Failed to <boss@c.example>: two@a.example 5.2.4"], _host.Dsns.Sent);
    }

    [Theory]
    [InlineData("", Notify.Default, "it has no sender to tell")]
    [InlineData("sender@c.example", Notify.Never, "its sender wants no report of it")]
    public void What_nobody_can_be_told_of_is_thrown_away_and_logged(string from, Notify wish, string reason)
    {
        File.WriteAllText(_host.Folder.In("members"), "");
        _host.Start("staff@a.example;;@members");
        string id = _host.Put(from, "staff@a.example", with: recipient => recipient with { Notify = wish });
        _host.DeliverAll();
        Assert.Empty(_host.Dsns.Sent);
        Assert.Contains($"{id}: thrown away for <staff@a.example>: staff@a.example has no members to send the message "
            + $"on to, and {reason}", _host.Log);
    }

    private void Put(string to, Notify notify)
    {
        _host.Put("sender@c.example", to, with: recipient => recipient with { Notify = notify });
        _host.DeliverAll();
    }
}
