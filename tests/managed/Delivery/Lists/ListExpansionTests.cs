using MailModule.Delivery.Resending;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Delivery.Lists;

public sealed class ListExpansionTests : IDisposable
{
    private readonly LocalHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void An_alias_changes_nothing_but_the_recipients()
    {
        _host.Start("staff@a.example;;ann@a.example,bob@a.example,carl@b.example");
        _host.Put("sender@c.example", "staff@a.example", "Subject: x\r\n\r\nbody\r\n");
        _host.DeliverAll();
        ISpoolEntry sent = Assert.Single(_host.Remote);
        Assert.Equal("sender@c.example", sent.Envelope.ReversePath.Text);
        Assert.Equal(["ann@a.example", "bob@a.example", "carl@b.example"], LocalHost.RecipientsOf(sent));
        string text = Assert.Single(_host.Mail("ann"));
        Assert.StartsWith("Return-Path: <sender@c.example>\nReceived: by mx.a.example id ", text,
            StringComparison.Ordinal);
        Assert.EndsWith("\nDelivered-To: staff@a.example\nSubject: x\n\nbody\n", text, StringComparison.Ordinal);
        Assert.Single(_host.Mail("bob"));
        Assert.Empty(_host.Dsns.Sent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_list_sends_to_inner_addresses_what_might_have_gone_there_itself(bool avoidsInner)
    {
        _host.Start("staff@a.example;;carl@b.example", "friends@a.example;boss@a.example;carl@b.example");
        _host.Put("sender@c.example", "staff@a.example friends@a.example",
            change: envelope => envelope.AvoidsInner = avoidsInner);
        _host.DeliverAll();
        Assert.Equal([avoidsInner, avoidsInner], _host.Remote.Select(sent => sent.Envelope.AvoidsInner));
    }

    [Fact]
    public void What_is_for_a_folder_goes_into_that_of_each_member_here()
    {
        _host.Start("staff@a.example;;ann@a.example,bob@a.example,carl@b.example", "all@a.example;;staff@a.example");
        _host.Put("sender@c.example", "all@a.example",
            change: envelope => envelope.Recipients[0] = FolderMaildrop.Into(envelope.Recipients[0], "spam"));
        _host.DeliverAll();
        Assert.Single(_host.Remote);
        Assert.Equal((0, 0), (_host.Mail("ann").Count, _host.Mail("bob").Count));
        Assert.Equal((1, 1), (_host.Mail("ann", "spam").Count, _host.Mail("bob", "spam").Count));
    }

    [Fact]
    public void A_list_sends_as_its_owner_and_says_its_name()
    {
        _host.Start("friends@a.example;boss@a.example;ann@a.example carl@b.example");
        _host.Put("sender@c.example", "friends@a.example",
            "List-Id: the outer\r\n\t<other.c.example>\r\nSubject: x\r\nlist-id: again\r\n\r\nList-Id: in the "
                + "body\r\n");
        _host.DeliverAll();
        ISpoolEntry sent = Assert.Single(_host.Remote);
        Assert.Equal("boss@a.example", sent.Envelope.ReversePath.Text);
        string text = LocalHost.TextOf(sent);
        Assert.StartsWith("Return-Path: <boss@a.example>\n", text, StringComparison.Ordinal);
        Assert.EndsWith(
            "\nDelivered-To: friends@a.example\nList-Id: <friends.a.example>\nSubject: x\n\nList-Id: in the body\n",
            text, StringComparison.Ordinal);
        Assert.Single(text.Split("Return-Path:").Skip(1));
    }

    [Fact]
    public void Members_from_files_count_as_they_are_now()
    {
        string file = _host.Folder.In("members");
        _host.Start("friends@a.example;boss@a.example;@members");
        File.WriteAllText(file, "ann@a.example\n# nobody\n");
        _host.Put("sender@c.example", "friends@a.example");
        _host.DeliverAll();
        File.WriteAllText(file, "ann@a.example\nbob@a.example\n");
        _host.Put("sender@c.example", "friends@a.example");
        _host.DeliverAll();
        Assert.Equal((2, 1), (_host.Mail("ann").Count, _host.Mail("bob").Count));
    }

    [Fact]
    public void A_list_whose_file_is_missing_waits_for_it()
    {
        _host.Start("friends@a.example;boss@a.example;@members");
        _host.Put("sender@c.example", "friends@a.example");
        Assert.True(_host.WaitUntil(
            () => _host.Log.Any(line => line.Contains("cannot be read", StringComparison.Ordinal))));
        Assert.False(_host.Spool.Entries[0].IsDone(0));
        File.WriteAllText(_host.Folder.In("members"), "ann@a.example\n");
        _host.DeliverAll();
        Assert.Single(_host.Mail("ann"));
    }

    [Fact]
    public void Each_member_gets_one_copy_however_often_and_deep_it_is_named()
    {
        _host.Start(
            "all@a.example;;ann@a.example,ANN@a.example,staff@a.example,friends@a.example,x@b.example,x@B.example",
            "staff@a.example;;ann@a.example,bob@a.example,all@a.example,X@b.example",
            "friends@a.example;;bob@a.example,staff@a.example");
        _host.Put("sender@c.example", "all@a.example");
        _host.DeliverAll();
        Assert.Equal(["ann@a.example", "bob@a.example", "X@b.example", "x@b.example"],
            LocalHost.RecipientsOf(Assert.Single(_host.Remote)).Order(StringComparer.Ordinal)
            .OrderBy(text => text, StringComparer.OrdinalIgnoreCase));
        Assert.Equal((1, 1), (_host.Mail("ann").Count, _host.Mail("bob").Count));
    }

    [Fact]
    public void The_lists_own_address_among_its_members_is_the_user_of_that_name()
    {
        _host.Start("ann@a.example;;ann@a.example,bob@a.example", "other@a.example;;other@a.example,carl@a.example");
        _host.Put("sender@c.example", "ann@a.example other@a.example");
        _host.DeliverAll();
        Assert.Equal((1, 1, 1), (_host.Mail("ann").Count, _host.Mail("bob").Count, _host.Mail("carl").Count));
        Assert.Empty(_host.Dsns.Sent);
    }

    [Fact]
    public void A_list_may_be_a_member_and_sends_under_its_own_name()
    {
        _host.Start("outer@a.example;boss@a.example;ann@a.example,inner@a.example",
            "inner@a.example;chief@a.example;bob@a.example,x@b.example");
        _host.Put("sender@c.example", "outer@a.example");
        _host.DeliverAll();
        Assert.Contains("List-Id: <outer.a.example>", Assert.Single(_host.Mail("ann")), StringComparison.Ordinal);
        string inner = Assert.Single(_host.Mail("bob"));
        Assert.Contains("Delivered-To: inner@a.example\nList-Id: <inner.a.example>\nReceived: by mx.a.example", inner,
            StringComparison.Ordinal);
        Assert.Contains("Delivered-To: outer@a.example\n", inner, StringComparison.Ordinal);
        Assert.DoesNotContain("outer.a.example", inner, StringComparison.Ordinal);
        Assert.Equal("chief@a.example", Assert.Single(_host.Remote).Envelope.ReversePath.Text);
    }

    [Fact]
    public void Lists_that_are_members_of_each_other_end_with_a_report_to_the_owner()
    {
        _host.Start("one@a.example;boss@c.example;ann@a.example,two@a.example",
            "two@a.example;chief@c.example;bob@a.example,one@a.example");
        _host.Put("sender@c.example", "one@a.example");
        _host.DeliverAll();
        Assert.Equal((1, 1), (_host.Mail("ann").Count, _host.Mail("bob").Count));
        Assert.Equal(["Failed to <chief@c.example>: one@a.example 5.4.6"], _host.Dsns.Sent);
    }

    [Fact]
    public void A_message_that_comes_back_from_elsewhere_is_known()
    {
        _host.Start("staff@a.example;;ann@a.example");
        _host.Put("sender@c.example", "staff@a.example",
            "Received: from x\r\nDelivered-To: <STAFF@A.example>\r\nSubject: x\r\n\r\nbody\r\n");
        _host.DeliverAll();
        Assert.Empty(_host.Mail("ann"));
        Assert.Equal(["Failed to <sender@c.example>: staff@a.example 5.4.6"], _host.Dsns.Sent);
    }

    [Fact]
    public void A_message_that_was_handed_on_too_often_goes_no_further()
    {
        _host.Start("staff@a.example;;ann@a.example");
        string trace = string.Concat(Enumerable.Repeat("Received: from x\r\n", Resender.HopLimit + 1));
        _host.Put("sender@c.example", "staff@a.example", trace + "\r\nbody\r\n");
        _host.Put("sender@c.example", "staff@a.example", trace[18..] + "\r\nbody\r\n");
        _host.DeliverAll();
        Assert.Single(_host.Mail("ann"));
        Assert.Equal(["Failed to <sender@c.example>: staff@a.example 5.4.6"], _host.Dsns.Sent);
    }

    [Fact]
    public void What_has_no_sender_goes_to_the_owner_of_a_list_alone()
    {
        _host.Start("friends@a.example;bob@a.example;ann@a.example,x@b.example",
            "staff@a.example;;ann@a.example,x@b.example", "orphans@a.example;nobody@a.example;ann@a.example");
        _host.Put("", "friends@a.example");
        _host.Put("", "orphans@a.example");
        _host.DeliverAll();
        Assert.Empty(_host.Mail("ann"));
        Assert.StartsWith("Return-Path: <>\n", Assert.Single(_host.Mail("bob")), StringComparison.Ordinal);
        Assert.Empty(_host.Remote);
        _host.Put("", "staff@a.example");
        _host.DeliverAll();
        Assert.Single(_host.Mail("ann"));
        Assert.True(Assert.Single(_host.Remote).Envelope.ReversePath.IsNull);
        Assert.Contains(_host.Log, line => line.EndsWith("thrown away for <orphans@a.example>: it has no sender, and "
            + "nobody@a.example, the owner of orphans@a.example, is nobody here", StringComparison.Ordinal));
    }

    [Fact]
    public void A_member_who_is_nobody_is_told_to_the_owner_or_to_an_alias_sender()
    {
        _host.Start("friends@a.example;boss@c.example;ann@a.example,gone@a.example",
            "staff@a.example;;ann@a.example,gone@a.example");
        _host.Put("sender@c.example", "friends@a.example");
        _host.Put("sender@c.example", "staff@a.example");
        _host.DeliverAll();
        Assert.Equal(2, _host.Mail("ann").Count);
        Assert.Equal(["Failed to <boss@c.example>: gone@a.example 5.1.1",
            "Failed to <sender@c.example>: gone@a.example 5.1.1"], _host.Dsns.Sent.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_alias_of_one_passes_all_dsn_requests_on()
    {
        _host.Start("boss@a.example;;x@b.example");
        PutWithNotify("boss@a.example", Notify.Success | Notify.Delay);
        Recipient passed = Assert.Single(Assert.Single(_host.Remote).Envelope.Recipients);
        Assert.Equal((Notify.Success | Notify.Delay, "rfc822;first@c.example"),
            (passed.Notify, passed.OriginalRecipient));
        Assert.Equal((ReturnContent.Headers, "id=1"),
            (_host.Remote[0].Envelope.Return, _host.Remote[0].Envelope.EnvelopeId));
        Assert.Empty(_host.Dsns.Sent);
    }

    [Theory]
    [InlineData(Notify.Success | Notify.Failure, Notify.Failure, true)]
    [InlineData(Notify.Success, Notify.Never, true)]
    [InlineData(Notify.Failure | Notify.Delay, Notify.Failure | Notify.Delay, false)]
    [InlineData(Notify.Never, Notify.Never, false)]
    [InlineData(Notify.Default, Notify.Default, false)]
    public void An_alias_of_several_tells_that_it_was_expanded_and_passes_the_rest_on(
        Notify wished, Notify passed, bool isTold)
    {
        _host.Start("staff@a.example;;x@b.example,y@b.example");
        PutWithNotify("staff@a.example", wished);
        Assert.All(Assert.Single(_host.Remote).Envelope.Recipients,
            recipient => Assert.Equal(
                (passed, "rfc822;first@c.example"), (recipient.Notify, recipient.OriginalRecipient)));
        Assert.Equal("id=1", _host.Remote[0].Envelope.EnvelopeId);
        Assert.Equal(isTold ? ["Expanded to <sender@c.example>: staff@a.example 2.0.0"] : Array.Empty<string>(),
            _host.Dsns.Sent);
    }

    [Fact]
    public void A_list_is_where_a_message_ends()
    {
        _host.Start("friends@a.example;boss@a.example;x@b.example");
        PutWithNotify("friends@a.example", Notify.Success | Notify.Failure);
        Recipient member = Assert.Single(Assert.Single(_host.Remote).Envelope.Recipients);
        Assert.Equal((Notify.Default, null), (member.Notify, member.OriginalRecipient));
        Assert.Equal((ReturnContent.Default, null),
            (_host.Remote[0].Envelope.Return, _host.Remote[0].Envelope.EnvelopeId));
        Assert.Equal(["Delivered to <sender@c.example>: friends@a.example 2.0.0"], _host.Dsns.Sent);
    }

    [Fact]
    public void Many_members_share_a_few_messages()
    {
        _host.Start("friends@a.example;boss@a.example;@members");
        File.WriteAllLines(_host.Folder.In("members"), Enumerable.Range(0, 2_500).Select(i => $"user{i}@b.example"));
        _host.Put("sender@c.example", "friends@a.example");
        _host.DeliverAll();
        Assert.Equal([1_000, 1_000, 500], _host.Remote.Select(entry => entry.Envelope.Recipients.Count));
        Assert.Equal(2_500, _host.Remote.SelectMany(LocalHost.RecipientsOf).Distinct().Count());
    }

    [Fact]
    public void What_was_sent_before_a_failure_is_not_sent_again()
    {
        _host.Start("friends@a.example;boss@a.example;@members");
        File.WriteAllLines(_host.Folder.In("members"),
            Enumerable.Range(0, 2_500).Select(i => $"user{i}@b.example").Append("gone@a.example"));
        int asked = 0;
        _host.Spool.Refusal = envelope
            => envelope.ReversePath.Text == "boss@a.example" && ++asked == 2 ? Fault.Full : Fault.None;
        _host.Put("sender@c.example", "friends@a.example",
            with: recipient => recipient with { Notify = Notify.Success });
        _host.DeliverAll();
        Assert.Equal(2_500, _host.Remote.Sum(entry => entry.Envelope.Recipients.Count));
        Assert.Equal(2_500, _host.Remote.SelectMany(LocalHost.RecipientsOf).Distinct().Count());
        Assert.Equal(2, _host.Dsns.Sent.Count);
    }

    [Fact]
    public void Reports_that_cannot_be_written_are_tried_again_and_no_member_gets_the_message_twice()
    {
        _host.Start("staff@a.example;;x@b.example,gone@a.example");
        _host.Dsns.Fault = Fault.Full;
        _host.Put("sender@c.example", "staff@a.example");
        Assert.True(_host.WaitUntil(
            () => _host.Log.Any(line => line.Contains("trying again", StringComparison.Ordinal))));
        Assert.False(_host.Spool.Entries[0].IsDone(0));
        _host.Dsns.Fault = Fault.None;
        _host.DeliverAll();
        Assert.Single(_host.Remote);
        Assert.Equal(["Failed to <sender@c.example>: gone@a.example 5.1.1"], _host.Dsns.Sent);
    }

    [Fact]
    public void A_list_that_was_taken_out_of_the_settings_keeps_its_messages_until_they_are_given_up()
    {
        var clock = new TurnedClock();
        using var host = new LocalHost { Time = clock };
        host.Start();
        host.Put("sender@c.example", "ann@a.example",
            change: envelope => envelope.Recipients[0] =
            new Recipient(LocalHost.Address("gone@a.example"), "list\tgone@a.example"));
        Assert.True(host.WaitUntil(
            () => host.Log.Any(line => line.Contains("trying again", StringComparison.Ordinal))));
        Assert.Empty(host.Dsns.Sent);
        clock.Turn(TimeSpan.FromHours(25));
        host.DeliverAll();
        Assert.Equal(["Failed to <sender@c.example>: gone@a.example 5.1.1"], host.Dsns.Sent);
    }

    [Fact]
    public void A_list_whose_file_stays_missing_is_reported_when_its_messages_are_given_up()
    {
        var clock = new TurnedClock();
        using var host = new LocalHost { Time = clock };
        host.Start("friends@a.example;boss@a.example;@members");
        host.Put("sender@c.example", "friends@a.example");
        Assert.True(host.WaitUntil(
            () => host.Log.Any(line => line.Contains("trying again", StringComparison.Ordinal))));
        clock.Turn(TimeSpan.FromHours(25));
        host.DeliverAll();
        Assert.Equal(["Failed to <sender@c.example>: friends@a.example 4.4.7"], host.Dsns.Sent);
    }

    private void PutWithNotify(string to, Notify notify)
    {
        _host.Put("sender@c.example", to,
            with: recipient => recipient with { Notify = notify, OriginalRecipient = "rfc822;first@c.example" },
            change: envelope =>
        {
            envelope.Return = ReturnContent.Headers;
            envelope.EnvelopeId = "id=1";
        });
        _host.DeliverAll();
    }
}
