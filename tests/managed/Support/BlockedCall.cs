using System.Globalization;
using System.Runtime.InteropServices;
using MailModule.Primitives;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Support;

/// <summary>A call on a thread of its own, of which a test wants to know when it waits.</summary>
internal sealed partial class BlockedCall
{
    private readonly Thread _thread;
    private volatile int _number;
    private Fault _result;

    public BlockedCall(Func<Fault> call)
    {
        _thread = Loop.InBackground(() =>
        {
            _number = gettid();
            _result = call();
        });
    }

    /// <summary>Returns when the thread sleeps in the system.</summary>
    public BlockedCall WaitUntilInside()
    {
        Assert.True(SpinWait.SpinUntil(() => _number != 0 && IsAsleep(), Loop.Long));
        return this;
    }

    public Fault End()
    {
        Assert.True(_thread.Join(Loop.Long));
        return _result;
    }

    // proc(5): number, name in brackets, state.
    private bool IsAsleep()
    {
        string line = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{_number}/stat"));
        return line[line.LastIndexOf(')') + 2] == 'S';
    }

    [LibraryImport("libc")]
    private static partial int gettid();
}
