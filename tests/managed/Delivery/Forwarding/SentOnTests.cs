using MailModule.Spool;

namespace MailModule.Tests.Delivery.Forwarding;

public class SentOnTests
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

    [Theory]
    [InlineData("From x 1", "Subject: y", "Subject: y\n")]
    [InlineData(" text", "Subject: y", "Subject: y\n")]
    [InlineData("text: none", "more text", "text: none\n\nmore text\n")]
    [InlineData("text", " more", "\ntext\n more\n")]
    [InlineData(" text", " more", "\n text\n more\n")]
    public void What_a_command_has_made_of_a_message_gets_a_header_that_ends(string one, string other, string sent)
    {
        using var host = new LocalHost();
        host.Start();
        host.WriteForward("ann", $"!printf '%s\\n' '{one}' '{other}' > $msgfile\nx@b.example\n");
        host.Put("sender@c.example", "ann@a.example");
        host.DeliverAll();
        string text = LocalHost.TextOf(Assert.Single(host.Remote));
        const string Last = "\nDelivered-To: ann@a.example\n";
        Assert.Equal(sent, text[(text.IndexOf(Last, StringComparison.Ordinal) + Last.Length)..]);
    }
}
