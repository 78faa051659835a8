using MailModule.Engine.Connecting;
using MailModule.Primitives;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Connecting;

public class CallGateTests
{
    [Fact]
    public void A_call_inside_a_call_is_told_what_may_be_called()
    {
        var gate = new CallGate("mm_pop3_cancel");
        Assert.Equal(Fault.None, gate.Enter());
        Assert.Equal(Fault.State, gate.Enter());
        Assert.Equal("inside a callback of this handle nothing but mm_pop3_cancel may be called for it",
            FaultReason.Current.Text);
        gate.Leave();
        Assert.Equal(Fault.None, gate.Enter());
    }

    [Fact]
    public void A_call_of_another_thread_is_told_of_the_first()
    {
        var gate = new CallGate("mm_pop3_cancel");
        Assert.Equal(Fault.None, gate.Enter());
        (Fault Fault, string? Text) other = default;
        Thread thread = Loop.InBackground(() => other = (gate.Enter(), FaultReason.Current.Text));
        Assert.True(thread.Join(Loop.Long));
        Assert.Equal((Fault.State, "another thread is in a call of this handle"), other);
    }
}
