using MailModule.Spool;

namespace MailModule.Tests.Delivery.Forwarding;

public class InnerForwardTests
{
    [Fact]
    public void What_a_forward_file_sends_on_avoids_inner_addresses_whoever_it_is_from()
    {
        using var host = new LocalHost();
        host.Start();
        host.WriteForward("ann", "x@b.example\n");
        host.Put("sender@c.example", "ann@a.example");
        host.DeliverAll();
        ISpoolEntry sent = Assert.Single(host.Remote);
        Assert.Equal((true, false), (sent.Envelope.AvoidsInner, sent.Envelope.IsFromStranger));
    }
}
