using MailModule.Delivery;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Tests.Delivery;

public class LocalActionResultTests
{
    [Fact]
    public void An_action_that_is_over_has_brought_its_message_somewhere()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LocalActionResult.Failed(Fault.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => LocalActionResult.Stored([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => LocalActionResult.SentOn([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => LocalActionResult.Reported([]));
    }

    [Fact]
    public void Nothing_is_thrown_away_without_a_line_in_the_log_for_each_recipient()
    {
        var lines = new List<string>();
        var log = new Log(LogLevel.Info, (_, _, text) => lines.Add(text));
        var entry = new MemorySpool.Entry("m1", "ann", "bob", "ann");
        for (int i = 0; i < 3; i++)
            entry.Envelope.Recipients[i] =
                entry.Envelope.Recipients[i] with { Address = LocalHost.Address($"to{i}@a.example") };
        LocalActionResult.ThrownAway(
            new LocalAction(entry, "ann", "/h/ann", [0, 2]), _ => "a rule", LogLevel.Info, log);
        Assert.Equal(["m1: thrown away for <to0@a.example> (user ann): a rule",
            "m1: thrown away for <to2@a.example> (user ann): a rule"], lines);
    }
}
