using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Control;

/// <summary>
/// The socket's file, <c>control</c> in a mail_root, and who has it: the engine that holds the lock beside it, which
/// the system gives back when a process ends, however it ends. So what lies there without that lock is stale, and is
/// replaced; what a living engine has is not.
/// </summary>
internal sealed class ControlPath : IDisposable
{
    private const string Name = "control";

    private readonly IDisposable _held;
    private readonly string _path;

    private ControlPath(string path, IDisposable held)
    {
        _path = path;
        _held = held;
    }

    /// <summary>Where the socket of a mail_root is.</summary>
    public static string In(string folder) => Path.Combine(folder, Name);

    /// <summary>
    /// Listens there. <see cref="Fault.Locked"/>: a living engine has it; <see cref="Fault.Io"/>, among others for
    /// something at the socket's place that is no socket.
    /// </summary>
    public static Fault TryListen(string folder, out ControlPath? path, out LocalSocket? socket, out string? text)
    {
        (path, socket) = (null, null);
        string file = In(folder), lockFile = file + ".lock";
        Fault fault = Disk.Real.MakeTree(folder);
        IDisposable? held = null;
        if (fault is Fault.None or Fault.State)
            fault = Disk.Real.Lock(lockFile, out held);
        text = fault == Fault.Locked
            ? $"{file}: {Disk.Real.HolderOf(lockFile)} has it"
            : $"{file}: {SystemFault.Describe(fault)}";
        if (fault != Fault.None)
            return fault;
        path = new ControlPath(file, held!);
        fault = path.TryBind(out socket, out text);
        if (fault == Fault.None)
            return fault;
        held!.Dispose();
        path = null;
        return fault;
    }

    /// <summary>Takes the file away, and then the lock.</summary>
    public void Dispose()
    {
        Unlink(_path);
        _held.Dispose();
    }

    // Bound beside and put in place whole: a client finds the old socket or one that listens.
    private Fault TryBind(out LocalSocket? socket, out string? text)
    {
        socket = null;
        string fresh = _path + ".new";
        text = null;
        if (IsOther(_path) || IsOther(fresh))
        {
            text = $"{_path}: something else is in its place, which is no socket";
            return Fault.Io;
        }
        Unlink(fresh);
        int result = LocalSocket.TryListen(fresh, out socket);
        if (result >= 0)
            result = FileCalls.Real.Rename(Octets(fresh), Octets(_path));
        if (result >= 0)
            return Fault.None;
        text = $"{_path}: {SystemFault.WordsOf(-result)}";
        socket?.Dispose();
        return SystemFault.Of(result) is Fault.Locked ? Fault.Io : SystemFault.Of(result);
    }

    private static bool IsOther(string path)
        => FileCalls.Real.StatAt(FileCalls.CurrentDirectory, Octets(path), out FileStamp stamp) >= 0
            && !stamp.IsSocket;

    private static void Unlink(string path) => FileCalls.Real.Unlink(Octets(path));

    private static byte[] Octets(string path) => [.. Encoding.UTF8.GetBytes(path), 0];
}
