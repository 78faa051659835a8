using System.Buffers.Text;
using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Forwarding;

/// <summary>How a command ended.</summary>
internal enum CommandEnd
{
    /// <summary>By itself; its exit code is known.</summary>
    Exited,
    /// <summary>Its time was up, and it was ended.</summary>
    TimedOut,
    /// <summary>Ended because the engine stops.</summary>
    Cancelled,
    /// <summary>Ended by a signal of somebody else.</summary>
    Killed,
    /// <summary>The system could not start it.</summary>
    NotStarted,
}

/// <summary>What is to be run. Octets as characters.</summary>
/// <param name="Program">For the shell.</param>
/// <param name="Arguments">The shell's, from <c>$1</c> on.</param>
/// <param name="Environment">All of it: <c>name=value</c>.</param>
/// <param name="Folder">Its working directory, a path.</param>
internal sealed record Command(
    string Program, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment, string Folder)
{
    /// <summary>Whose rights it has; null: ours.</summary>
    public FileOwner? User { get; init; }

    /// <summary>What runs it; tests try others.</summary>
    public string Shell { get; init; } = "/bin/sh";
}

/// <summary>
/// Runs a shell command and waits for its end. The exit code comes over a pipe, not by waitpid: a host that
/// ignores SIGCHLD, or whose handler waits for any child, would have taken it. Blocks: workers only.
/// </summary>
internal static class CommandRun
{
    // A shell around the command's own tells the exit code. The command does not inherit the pipe: a process that it
    // leaves running would keep the pipe open, and us waiting. "$0" is the program, "$@" its arguments.
    private const string Wrapper = " -c \"$0\" sh \"$@\" 3>&-; echo $? >&3";

    private const int Slice = 100;
    private const int TermGrace = 1_000;
    private const int KillGrace = 5_000;

    /// <param name="command">What is to be run.</param>
    /// <param name="timeout">Then its process group is ended.</param>
    /// <param name="cancel">Ends it as well.</param>
    public static (CommandEnd End, int Code) Run(Command command, TimeSpan timeout, CancellationToken cancel)
    {
        if (ChildProcess.OpenPipe(out int readEnd, out int writeEnd) < 0)
            return (CommandEnd.NotStarted, 0);
        string[] arguments = ["/bin/sh", "-c", command.Shell + Wrapper, command.Program, .. command.Arguments];
        int pid = ChildProcess.Start(
            [.. arguments.Select(Encoding.Latin1.GetBytes)], [.. command.Environment.Select(Encoding.Latin1.GetBytes)],
            Encoding.UTF8.GetBytes(command.Folder), writeEnd, command.User);
        FileCalls.Real.Close(writeEnd);
        (CommandEnd, int) result = pid < 0 ? (CommandEnd.NotStarted, 0) : WaitForEnd(pid, readEnd, timeout, cancel);
        FileCalls.Real.Close(readEnd);
        return result;
    }

    private static (CommandEnd, int) WaitForEnd(int pid, int pipe, TimeSpan timeout, CancellationToken cancel)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (!cancel.IsCancellationRequested && Environment.TickCount64 < deadline)
        {
            int slice = (int)Math.Min(Slice, deadline - Environment.TickCount64);
            if (!ChildProcess.WaitReadable(pipe, Math.Max(slice, 1)))
                continue;
            bool isKnown = TryReadCode(pipe, out int code);
            ChildProcess.TryReap(pid, KillGrace);
            return (isKnown ? CommandEnd.Exited : CommandEnd.Killed, code);
        }
        End(pid, pipe);
        return (cancel.IsCancellationRequested ? CommandEnd.Cancelled : CommandEnd.TimedOut, 0);
    }

    // SIGTERM first, then SIGKILL. The shell is reaped last: until then no other process can have its number.
    private static void End(int pid, int pipe)
    {
        ChildProcess.SignalGroup(pid, ChildProcess.Terminate);
        ChildProcess.WaitReadable(pipe, TermGrace);
        ChildProcess.SignalGroup(pid, ChildProcess.Kill);
        ChildProcess.TryReap(pid, KillGrace);
    }

    private static bool TryReadCode(int pipe, out int code)
    {
        Span<byte> text = stackalloc byte[16];
        int count = FileCalls.Real.Read(pipe, text);
        code = 0;
        return count > 0 && Utf8Parser.TryParse(text[..count], out code, out _);
    }
}
