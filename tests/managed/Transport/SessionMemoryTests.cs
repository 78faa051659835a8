using System.Net;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

public class SessionMemoryTests
{
    private const int Step = 16 * 1024;
    private static readonly IPAddress s_first = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress s_second = IPAddress.Parse("192.0.2.2");
    private readonly SessionMemory _memory = new(16 * Step);

    [Fact]
    public void An_address_has_a_share_and_one_that_is_exempt_all_there_is()
    {
        Assert.True(_memory.TryTake(s_first, 2 * Step, isExempt: false));
        Assert.False(_memory.TryTake(s_first, 1, isExempt: false));
        Assert.True(_memory.TryTake(s_second, 2 * Step, isExempt: false));
        Assert.True(_memory.TryTake(IPAddress.Loopback, 12 * Step, isExempt: true));
        Assert.False(_memory.TryTake(IPAddress.Loopback, 1, isExempt: true));
        Assert.True(_memory.IsShort);
        _memory.Release(IPAddress.Loopback, 12 * Step);
        _memory.Release(s_first, Step);
        Assert.True(_memory.TryTake(s_first, Step, isExempt: false));
        Assert.Equal((4 * Step, false), (_memory.Taken, _memory.IsShort));
    }

    [Fact]
    public void Many_addresses_together_leave_a_share_and_connections_to_come()
    {
        for (int i = 0; i < 7; i++)
            Assert.True(_memory.TryTake(IPAddress.Parse($"198.51.100.{i}"), 2 * Step, isExempt: false));
        Assert.False(_memory.TryTake(s_first, 1, isExempt: false));
        Assert.False(_memory.IsShort);
        Assert.True(_memory.TryTake(IPAddress.Loopback, 2 * Step, isExempt: true));
    }

    [Fact]
    public void A_session_counts_beyond_its_base_in_steps_and_gives_all_back()
    {
        HeldMemory held = Begin(s_first);
        Assert.True(held.TryHold(HeldMemory.Base));
        Assert.Equal(0, _memory.Taken);
        Assert.True(held.TryHold(HeldMemory.Base + 1));
        Assert.Equal(2 * Step, _memory.Taken);
        Assert.False(held.TryHold(2 * Step + 1));
        Assert.Equal(2 * Step, _memory.Taken);
        Assert.True(held.TryHold(0));
        Assert.Equal(0, _memory.Taken);
        held.TryHold(2 * Step);
        held.End();
        Assert.Equal(0, _memory.Taken);
    }

    [Fact]
    public void Buffers_of_a_connection_count_and_keep_others_from_more()
    {
        HeldMemory held = Begin(s_first);
        held.HoldBuffers(5 * Step);
        Assert.Equal(5 * Step, _memory.Taken);
        Assert.False(Begin(s_first).TryHold(2 * Step));
        held.HoldBuffers(0);
        Assert.Equal(0, _memory.Taken);
        Assert.True(Begin(s_first).TryHold(2 * Step));
    }

    [Fact]
    public void What_a_peer_does_not_take_counts_until_the_connection_ends()
    {
        using var run = new LinkRun();
        ScriptedSession? session = null;
        var memory = new SessionMemory(1 << 20);
        Connection connection = run.Begin(run.Link("memory", 1000, out LinkStream peer), one =>
        {
            one.CountIn(memory, isExempt: true);
            return session = new ScriptedSession(one, (_, _, output) =>
            {
                output.Write(new byte[100_000]);
                return Next.Write;
            });
        });
        peer.Write("go\n"u8);
        Assert.InRange(memory.Taken, 99_000, 150_000);
        connection.Abort();
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Equal(0, memory.Taken);
    }

    [Fact]
    public void While_memory_is_short_no_connection_is_admitted()
    {
        using var run = new LinkRun();
        run.Set.Memory = _memory;
        _memory.Take(s_first, 15 * Step);
        Assert.Equal(Admission.Full, run.Set.Admit(s_second));
        _memory.Release(s_first, 2 * Step);
        Assert.Equal(Admission.Admitted, run.Set.Admit(s_second));
        run.Set.Release(s_second);
    }

    private HeldMemory Begin(IPAddress address)
    {
        var held = new HeldMemory();
        held.Begin(_memory, address, isExempt: false);
        return held;
    }
}
