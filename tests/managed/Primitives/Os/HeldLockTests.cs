using System.Runtime.InteropServices;
using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;

namespace MailModule.Tests.Primitives.Os;

public sealed partial class HeldLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // As a child has one between fork and exec.
    [Fact]
    public void A_lock_that_is_given_back_is_free_though_a_copy_of_its_descriptor_is_open()
    {
        string path = _folder.In("lock");
        int descriptor = FileCalls.Real.OpenLock(Encoding.UTF8.GetBytes(path + '\0'));
        Assert.Equal(0, FileCalls.Real.Lock(descriptor));
        int copy = dup(descriptor);
        new HeldLock(descriptor).Dispose();
        Assert.Equal(Fault.None, Disk.Real.Lock(path, out IDisposable held));
        held.Dispose();
        FileCalls.Real.Close(copy);
    }

    [LibraryImport("libc")]
    private static partial int dup(int descriptor);
}
