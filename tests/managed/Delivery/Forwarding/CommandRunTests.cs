using System.Runtime.InteropServices;
using MailModule.Delivery.Forwarding;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Forwarding;

/// <summary>Alone, because the descriptors of the process are counted.</summary>
[Collection(AloneCollection.Name)]
public sealed partial class CommandRunTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("true", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("/not/there", 127)]
    [InlineData("if", 2)]
    [InlineData("kill -9 $$; exit 1", 137)]
    [InlineData("sh -c 'kill -15 $$'", 143)]
    public void A_command_tells_its_exit_code(string line, int code)
        => Assert.Equal((CommandEnd.Exited, code), Run(line));

    [Fact]
    public void A_command_whose_outer_shell_is_killed_tells_nothing()
        => Assert.Equal((CommandEnd.Killed, 0), Run("kill -9 $PPID"));

    [Fact]
    public void Arguments_are_the_shells_own()
    {
        RunWith("printf '<%s>' \"$#\" \"$1\" \"$2\" \"$3\" > out", "a b", "$(touch HACKED)");
        Assert.Equal("<2><a b><$(touch HACKED)><>", File.ReadAllText(_folder.In("out")));
    }

    [Fact]
    public void It_runs_in_its_folder_with_its_environment_and_nothing_else()
    {
        Environment.SetEnvironmentVariable("MM_SECRET_OF_HOST", "x");
        Assert.Equal((CommandEnd.Exited, 0),
            Run("pwd > out; env | grep -v -e ^PWD= -e ^OLDPWD= -e ^_= -e ^SHLVL= | sort >> out"));
        Assert.Equal([_folder.Path, "A=b c", "PATH=/usr/bin:/bin"], File.ReadAllLines(_folder.In("out")));
    }

    [Fact]
    public void It_gets_no_descriptor_of_the_host()
    {
        // Opened as a C host would, without close-on-exec.
        int stray = open(_folder.In("held"), 0x42, 0x180);
        Assert.True(stray >= 0);
        Run("ls -l /proc/self/fd > list; grep -c -e held -e socket -e pipe list > out");
        Assert.Equal("0", File.ReadAllText(_folder.In("out")).Trim());
        Run("readlink /proc/self/fd/0 /proc/self/fd/1 > out2");
        Assert.Equal("/dev/null", File.ReadAllLines(_folder.In("out2"))[0]);
        close(stray);
    }

    [Fact]
    public void No_signal_is_blocked_or_ignored_in_it()
    {
        Run("grep -E '^Sig(Blk|Ign)' /proc/self/status > out");
        // 32 and 33 are the C library's own; its posix_spawn leaves them ignored.
        const ulong own = 3ul << 31;
        Assert.All(File.ReadAllLines(_folder.In("out")),
            line => Assert.Equal(0ul, Convert.ToUInt64(line.Split('\t')[1], 16) & ~own));
    }

    [Fact]
    public void It_is_ended_with_its_children_when_its_time_is_up()
    {
        string pids = _folder.In("pids");
        (CommandEnd end, _) = CommandRun.Run(
            Of($"trap '' TERM; sleep 1000 & echo $! > {pids}; wait; sleep 1000"), TimeSpan.FromSeconds(3),
            CancellationToken.None);
        Assert.Equal(CommandEnd.TimedOut, end);
        int pid = int.Parse(File.ReadAllText(pids));
        Assert.True(SpinWait.SpinUntil(() => !IsAlive(pid), Long));
    }

    [Fact]
    public void It_is_ended_when_the_engine_stops()
    {
        using var cancel = new CancellationTokenSource();
        string begun = _folder.In("begun");
        (CommandEnd End, int) result = default;
        var thread = new Thread(
            () => result = CommandRun.Run(Of($"echo > {begun}; sleep 1000"), Long, cancel.Token));
        thread.Start();
        Assert.True(SpinWait.SpinUntil(() => File.Exists(begun), Long));
        cancel.Cancel();
        Assert.True(thread.Join(Long));
        Assert.Equal(CommandEnd.Cancelled, result.End);
    }

    [Fact]
    public void What_a_command_leaves_running_keeps_nobody()
    {
        string pids = _folder.In("pids");
        Assert.Equal((CommandEnd.Exited, 0), Run($"sleep 1000 & echo $! > {pids}"));
        int pid = int.Parse(File.ReadAllText(pids));
        Assert.True(IsAlive(pid));
        kill(pid, 9);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_told()
        => Assert.Equal((CommandEnd.NotStarted, 0),
            CommandRun.Run(new Command("true", [], [], _folder.In("nowhere")), Long, CancellationToken.None));

    [Fact]
    public void Nothing_is_left_open_and_no_child_unburied()
    {
        Run("true");
        int before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        for (int i = 0; i < 20; i++)
            Run(i % 2 == 0 ? "true" : "exit 3");
        CommandRun.Run(new Command("true", [], [], _folder.In("nowhere")), Long, CancellationToken.None);
        Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length, 0, before + 15);
        // Other tests' children are buried a moment after their end.
        Assert.True(SpinWait.SpinUntil(
            () => !Children().Any(line => line.Contains(" (sh) Z ", StringComparison.Ordinal)), Long));
    }

    private (CommandEnd, int) Run(string line) => RunWith(line);

    private (CommandEnd, int) RunWith(string line, params string[] arguments)
        => CommandRun.Run(Of(line) with { Arguments = arguments }, Long, CancellationToken.None);

    private Command Of(string line) => new(line, [], ["PATH=/usr/bin:/bin", "A=b c"], _folder.Path);

    private static bool IsAlive(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Children()
    {
        foreach (string folder
            in Directory.GetDirectories("/proc").Where(name => char.IsAsciiDigit(Path.GetFileName(name)[0])))
        {
            string stat;
            try
            {
                stat = File.ReadAllText(folder + "/stat");
            }
            catch (IOException)
            {
                continue;
            }
            if (stat[(stat.LastIndexOf(')') + 4)..].StartsWith($"{Environment.ProcessId} ", StringComparison.Ordinal))
                yield return stat;
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
