using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Faults;

/// <summary>Memory fails in the middle of a round of the log: the round is refused, and the log goes on.</summary>
public class SpoolWithoutMemoryTests
{
    [Fact]
    public void What_a_round_without_memory_held_is_refused_and_the_next_is_taken()
    {
        bool isShort = false;
        var disk = new SimulatedDisk
        {
            OnSync = () =>
            {
                if (isShort)
                    throw new OutOfMemoryException("on purpose");
            },
        };
        using (var run = new SpoolRun(SpoolRun.Options("/spool", disk)))
        {
            Assert.Equal(Fault.None, run.Put(SpoolRun.Text(0, 100)).Fault);
            isShort = true;
            Assert.Equal(Fault.Memory, run.Put(SpoolRun.Text(1, 100)).Fault);
            Assert.Equal(Fault.Memory, run.Put(SpoolRun.Text(2, 100)).Fault);
            isShort = false;
            Assert.Equal(Fault.None, run.Put(SpoolRun.Text(3, 100)).Fault);
            Assert.Equal(Fault.None, run.Spool.Flush());
            Assert.Equal(2, run.Spool.Messages);
        }
        using var again = new SpoolRun(SpoolRun.Options("/spool", disk));
        Assert.Equal(2, again.Found.Count);
    }
}
