using MailModule.Primitives.Os;

namespace MailModule.Tests.Transport;

public class SignalsTests
{
    private const ulong Pipe = 1UL << 12;
    private const ulong Term = 1UL << 14;

    [Fact]
    public void A_thread_born_under_the_block_inherits_it_and_its_creator_gets_its_own_back()
    {
        if (!OperatingSystem.IsLinux())
            return;
        ulong inner = 0, before = 0, after = 0;
        var creator = new Thread(() =>
        {
            before = Mask();
            var child = new Thread(() => inner = Mask());
            Signals.WithAllBlocked(child.Start);
            child.Join();
            after = Mask();
        });
        creator.Start();
        creator.Join();
        Assert.Equal(Pipe | Term, inner & (Pipe | Term));
        Assert.Equal(before, after);
        Assert.Equal(0UL, before & Term);
    }

    [Fact]
    public void Blocking_the_pipe_signal_blocks_nothing_else()
    {
        if (!OperatingSystem.IsLinux())
            return;
        ulong before = 0, after = 0;
        var thread = new Thread(() =>
        {
            before = Mask();
            Signals.BlockPipe();
            Signals.BlockPipe();
            after = Mask();
        });
        thread.Start();
        thread.Join();
        Assert.Equal(before | Pipe, after);
    }

    private static ulong Mask()
        => Convert.ToUInt64(File.ReadLines("/proc/thread-self/status")
            .First(line => line.StartsWith("SigBlk", StringComparison.Ordinal)).Split('\t')[1], 16);
}
