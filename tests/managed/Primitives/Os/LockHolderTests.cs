using System.Globalization;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;
using MailModule.Tests.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Primitives.Os;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LockHolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Who_may_not_have_a_spool_hears_which_and_which_engine_has_it()
    {
        using var first = new SpoolRun(SpoolRun.Options(_folder.Path));
        Assert.Equal(Fault.Locked, LogSpool.Open(SpoolRun.Options(_folder.Path), out _, out string problem));
        Assert.Equal($"the spool {_folder.Path} is in use by another engine of this process", problem);
    }

    [Fact]
    public void Another_process_is_named_by_its_number_and_program()
    {
        Assert.Equal(Fault.None, Disk.Real.Lock(_folder.In("lock"), out IDisposable held));
        using (held)
        {
            File.WriteAllText(_folder.In("lock.pid"), "1\n");
            string name = File.ReadAllText("/proc/1/comm").Trim();
            Assert.Equal($"another engine, in process 1 ({name})", Disk.Real.HolderOf(_folder.In("lock")));
            File.WriteAllText(_folder.In("lock.pid"), string.Create(
                CultureInfo.InvariantCulture, $"{int.MaxValue}\n"));
            Assert.Equal(
                $"another engine, in process {int.MaxValue}", Disk.Real.HolderOf(_folder.In("lock")));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no number")]
    public void What_is_not_known_is_not_told(string text)
    {
        File.WriteAllText(_folder.In("lock.pid"), text);
        Assert.Equal("another engine", Disk.Real.HolderOf(_folder.In("lock")));
    }
}
