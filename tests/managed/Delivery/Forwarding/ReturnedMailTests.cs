using MailModule.Mail;
using MailModule.Policy;
using MailModule.Spool;

namespace MailModule.Tests.Delivery.Forwarding;

/// <summary>Mail of others that is sent on in the name of our domain, and what comes back (SRS).</summary>
public sealed class ReturnedMailTests : IDisposable
{
    private readonly LocalHost _host = new()
    { Rewriting = new SenderRewriting("a.example", new LoginKey(), TimeProvider.System) };

    public void Dispose() => _host.Dispose();

    [Fact]
    public void What_a_forward_file_sends_elsewhere_has_a_sender_of_ours_and_its_report_goes_back()
    {
        _host.Start();
        _host.WriteForward("ann", "x@b.example\n");
        _host.Put("sender@c.example", "ann@a.example");
        _host.DeliverAll();
        ISpoolEntry sent = Assert.Single(_host.Remote);
        string sender = sent.Envelope.ReversePath.Text;
        Assert.Matches("^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=c.example=sender@a.example$", sender);
        Assert.StartsWith($"Return-Path: <{sender}>\n", LocalHost.TextOf(sent), StringComparison.Ordinal);

        _host.Put("", sender, "Subject: report\r\n\r\nIt failed.\r\n");
        _host.DeliverAll();
        ISpoolEntry returned = _host.Remote[^1];
        Assert.Equal(2, _host.Remote.Count);
        Assert.Equal(["sender@c.example"], LocalHost.RecipientsOf(returned));
        Assert.True(returned.Envelope is { ReversePath.IsNull: true, AvoidsInner: true });
        Assert.Contains(
            $"\nDelivered-To: {sender}\nSubject: report\n", LocalHost.TextOf(returned), StringComparison.Ordinal);
        Assert.Empty(_host.Dsns.Sent);
    }

    [Fact]
    public void What_stays_here_and_what_is_from_here_keeps_its_sender()
    {
        _host.Start("staff@a.example;;bob@a.example,carl@b.example", "friends@a.example;boss@a.example;carl@b.example");
        _host.WriteForward("ann", "bob@a.example\n");
        _host.Put("sender@c.example", "ann@a.example staff@a.example friends@a.example");
        _host.DeliverAll();
        _host.Put("bob@a.example", "staff@a.example");
        _host.Put("", "staff@a.example");
        _host.DeliverAll();
        string[] senders = [.. _host.Remote.Select(sent => sent.Envelope.ReversePath.Text.Split('=')[0]).Order()];
        Assert.Equal(["", "SRS0", "bob@a.example", "boss@a.example"], senders);
        Assert.All(_host.Mail("bob"), text => Assert.DoesNotContain("SRS0", text, StringComparison.Ordinal));
        Assert.Equal(4, _host.Mail("bob").Count);
    }

    [Fact]
    public void Whoever_writes_to_such_an_address_himself_is_told_that_it_takes_reports_alone()
    {
        _host.Start();
        string sender = _host.Policy.SenderOf(LocalHost.Address("sender@c.example"), leaves: true).Text;
        _host.Put("spammer@d.example", sender);
        _host.DeliverAll();
        Assert.Empty(_host.Remote);
        Assert.Equal($"Failed to <spammer@d.example>: {sender} 5.7.1", Assert.Single(_host.Dsns.Sent));
    }

    /// <summary>The domain was another's when its mail was sent on.</summary>
    [Fact]
    public void A_report_that_is_quarantined_stays_that_for_who_is_here()
    {
        _host.Start();
        string sender = _host.Rewriting!.Rewrite(LocalHost.Address("ann@a.example")).Text;
        _host.Put("", sender,
            change: envelope => envelope.Recipients[0] = FolderMaildrop.Into(envelope.Recipients[0], "spam"));
        _host.DeliverAll();
        Assert.Equal((0, 1), (_host.Mail("ann").Count, _host.Mail("ann", "spam").Count));
    }

    [Fact]
    public void A_report_that_goes_round_in_a_circle_ends()
    {
        _host.Start();
        string sender = _host.Policy.SenderOf(LocalHost.Address("sender@c.example"), leaves: true).Text;
        _host.Put("", sender, string.Concat(Enumerable.Repeat("Received: by x\r\n", 130)) + "\r\n\r\n");
        _host.DeliverAll();
        Assert.Empty(_host.Remote);
        Assert.Contains(_host.Log, line => line.Contains("goes round in a circle", StringComparison.Ordinal));
    }
}
