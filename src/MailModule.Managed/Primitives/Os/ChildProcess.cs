using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>
/// Starting a program as a good guest of the host process does: by posix_spawn, every signal unblocked and at its
/// default, no descriptor of the host's but the three standard ones (on /dev/null) and one that was given, a process
/// group of its own. No handler of SIGCHLD is set, and only this child is ever waited for. A negative result is an
/// <see cref="Errno"/> with its sign turned.
/// </summary>
internal static unsafe partial class ChildProcess
{
    /// <summary>The descriptor under which the child finds the one it was given.</summary>
    public const int GivenDescriptor = 3;

    /// <summary>False on Windows, which has neither this shell nor a way to end all that a command has begun that we
    /// would trust with mail: commands are not run there (decision 0041).</summary>
    public static bool IsPossible => !OperatingSystem.IsWindows();

    public const int Terminate = 15;
    public const int Kill = 9;

    // Larger than the opaque types of any C library.
    private const int RoomOfOpaque = 1024;
    private const int SetProcessGroup = 0x02, SetDefaultSignals = 0x04, SetSignalMask = 0x08;
    private const int ReadOnly = 0, WriteOnly = 1;
    private const int CloseOnExec = 0x80000;
    private const int DoNotBlock = 1;
    private const short Readable = 1;

    /// <summary>The child's process id, which is its group's too.</summary>
    /// <param name="arguments">The program's path first; octets without NUL.</param>
    /// <param name="environment">All of it: <c>NAME=value</c>.</param>
    /// <param name="folder">The child's working directory.</param>
    /// <param name="given">A descriptor of ours that the child gets.</param>
    /// <param name="user">Whose rights it has; null: ours.</param>
    public static int Start(
        IReadOnlyList<byte[]> arguments, IReadOnlyList<byte[]> environment, byte[] folder, int given,
        FileOwner? user = null)
    {
        using var argumentList = new PointerList(arguments);
        using var environmentList = new PointerList(environment);
        if (user is { } other)
            fixed (byte* directory = (byte[])[.. folder, 0])
                return UserChange.Start(argumentList.Pointers, environmentList.Pointers, directory, given, other);
        return Spawn(argumentList, environmentList, folder, given);
    }

    private static int Spawn(PointerList argumentList, PointerList environmentList, byte[] folder, int given)
    {
        byte* actions = stackalloc byte[RoomOfOpaque];
        byte* attributes = stackalloc byte[RoomOfOpaque];
        int result = posix_spawn_file_actions_init(actions);
        if (result != 0)
            return -result;
        result = posix_spawnattr_init(attributes);
        if (result == 0)
        {
            result = Prepare(actions, attributes, folder, given);
            int pid = 0;
            if (result == 0)
                result = posix_spawn(
                    &pid, argumentList.Pointers[0], actions, attributes, argumentList.Pointers,
                    environmentList.Pointers);
            _ = posix_spawnattr_destroy(attributes);
            _ = posix_spawn_file_actions_destroy(actions);
            return result == 0 ? pid : -result;
        }
        _ = posix_spawn_file_actions_destroy(actions);
        return -result;
    }

    /// <summary>A pipe that no other program inherits.</summary>
    public static int OpenPipe(out int readEnd, out int writeEnd)
    {
        int* ends = stackalloc int[2];
        int result = pipe2(ends, CloseOnExec);
        (readEnd, writeEnd) = (ends[0], ends[1]);
        return result < 0 ? -Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>Waits until there is something to read, or an end; false when the time is up.</summary>
    public static bool WaitReadable(int descriptor, int milliseconds)
    {
        var question = new PollRequest { Descriptor = descriptor, Events = Readable };
        return poll(&question, 1, milliseconds) > 0;
    }

    /// <summary>Sends a signal to all of the child's process group that are left.</summary>
    public static void SignalGroup(int pid, int signal)
    {
        if (pid > 1)
            _ = kill(-pid, signal);
    }

    /// <summary>
    /// Reaps the child (waitpid), which it gives so long to end; false if it has not ended. True as well when other
    /// code of the host has reaped it.
    /// </summary>
    public static bool TryReap(int pid, int milliseconds)
    {
        long deadline = Environment.TickCount64 + milliseconds;
        while (true)
        {
            int result = waitpid(pid, null, DoNotBlock);
            bool isInterrupted = result < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted;
            if (result != 0 && !isInterrupted)
                return true;
            if (Environment.TickCount64 >= deadline)
                return false;
            // No descriptor: only the time passes.
            WaitReadable(-1, 1);
        }
    }

    private static int Prepare(byte* actions, byte* attributes, byte[] folder, int given)
    {
        byte* signals = stackalloc byte[RoomOfOpaque];
        _ = sigemptyset(signals);
        int result = posix_spawnattr_setsigmask(attributes, signals);
        _ = sigfillset(signals);
        result |= posix_spawnattr_setsigdefault(attributes, signals);
        result |= posix_spawnattr_setpgroup(attributes, 0);
        result |= posix_spawnattr_setflags(attributes, SetProcessGroup | SetDefaultSignals | SetSignalMask);
        fixed (byte* nothing = "/dev/null\0"u8, directory = (byte[])[.. folder, 0])
        {
            // First of all, for the given one may be 0, 1 or 2 in a host that has closed these.
            result |= posix_spawn_file_actions_adddup2(actions, given, GivenDescriptor);
            result |= posix_spawn_file_actions_addopen(actions, 0, nothing, ReadOnly, 0);
            result |= posix_spawn_file_actions_addopen(actions, 1, nothing, WriteOnly, 0);
            result |= posix_spawn_file_actions_addopen(actions, 2, nothing, WriteOnly, 0);
            result |= posix_spawn_file_actions_addclosefrom_np(actions, GivenDescriptor + 1);
            result |= posix_spawn_file_actions_addchdir_np(actions, directory);
        }
        return result;
    }

    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Found;
    }

    /// <summary>An array of C strings with NULL at its end.</summary>
    private sealed class PointerList : IDisposable
    {
        private readonly int _count;

        public PointerList(IReadOnlyList<byte[]> texts)
        {
            _count = texts.Count;
            Pointers = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (int i = 0; i < _count; i++)
            {
                Pointers[i] = (byte*)NativeMemory.Alloc((nuint)texts[i].Length + 1);
                texts[i].CopyTo(new Span<byte>(Pointers[i], texts[i].Length));
                Pointers[i][texts[i].Length] = 0;
            }
        }

        public byte** Pointers { get; }

        public void Dispose()
        {
            for (int i = 0; i < _count; i++)
                NativeMemory.Free(Pointers[i]);
            NativeMemory.Free(Pointers);
        }
    }

    [LibraryImport("libc")]
    private static partial int posix_spawn(
        int* pid, byte* path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addopen(
        byte* actions, int descriptor, byte* path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addclosefrom_np(byte* actions, int first);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addchdir_np(byte* actions, byte* path);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setpgroup(byte* attributes, int group);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* set);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* set);

    [LibraryImport("libc")]
    private static partial int sigemptyset(byte* set);

    [LibraryImport("libc")]
    private static partial int sigfillset(byte* set);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc")]
    private static partial int poll(PollRequest* questions, nuint count, int milliseconds);

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, int* status, int options);
}
