using System.Runtime.CompilerServices;
using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// The users' forward files, each read again when it has changed. One is a file in its home, its owner's or ours, and
/// no link. Any thread.
/// </summary>
internal sealed class DotForwardFiles(FileCalls calls)
{
    private const int PathRoom = 4096;
    private const int ScriptsKept = 256;

    private readonly Dictionary<string, (FileStamp Stamp, DotForwardScript Script)> _scripts = [];

    public static string PathOf(string home) => Path.Join(home, "forward");

    private static ReadOnlySpan<byte> Name => "forward"u8;

    /// <summary>Whether a user has anything of that name: one system call.</summary>
    [SkipLocalsInit]
    public bool Exists(string home)
    {
        Span<byte> room = stackalloc byte[PathRoom];
        return calls.HasName(WritePath(home, room)) != -Errno.NoEntry;
    }

    /// <summary>Reads it. <see cref="Fault.NotFound"/>: it has gone meanwhile.</summary>
    /// <param name="isHeld">Another program has it open for itself, as an editor or a scanner may on Windows.</param>
    public Fault Read(string home, out DotForwardScript? script, out bool isHeld)
    {
        script = null;
        int descriptor = Open(home, out FileStamp stamp);
        isHeld = descriptor == -Errno.Busy;
        if (descriptor < 0)
            return SystemFault.Of(descriptor);
        Fault fault = Read(home, descriptor, stamp, out script);
        isHeld = fault == Fault.Locked; // a part of it
        calls.Close(descriptor);
        return fault;
    }

    private int Open(string home, out FileStamp stamp)
    {
        stamp = default;
        int result = HomeFolder.Open(calls, home, out HomeFolder? folder);
        if (result < 0)
            return result;
        using (folder)
            return folder!.OpenFile(Name, linkedLength: -1, out stamp);
    }

    private Fault Read(string home, int descriptor, in FileStamp stamp, out DotForwardScript? script)
    {
        script = null;
        lock (_scripts)
            if (_scripts.TryGetValue(home, out var kept) && kept.Stamp == stamp)
                script = kept.Script;
        if (script is not null)
            return Fault.None;
        Fault fault = ReadText(descriptor, out string text);
        if (fault != Fault.None)
            return fault;
        script = DotForwardParser.Parse(text, home) with { Owner = stamp.Owner };
        Keep(home, stamp, script);
        return Fault.None;
    }

    private void Keep(string home, FileStamp stamp, DotForwardScript script)
    {
        lock (_scripts)
        {
            if (_scripts.Count >= ScriptsKept)
                _scripts.Clear();
            _scripts[home] = (stamp, script);
        }
    }

    // One octet more than is allowed, so that the parser sees that it is too long.
    private Fault ReadText(int descriptor, out string text)
    {
        byte[] octets = new byte[DotForwardParser.SizeLimit + 1];
        int length = 0, count;
        while ((count = calls.Read(descriptor, octets.AsSpan(length))) > 0)
            length += count;
        text = Encoding.Latin1.GetString(octets, 0, length);
        return SystemFault.Of(count);
    }

    // A path that does not fit becomes the empty one, which is nowhere.
    private static ReadOnlySpan<byte> WritePath(string home, Span<byte> room)
    {
        ReadOnlySpan<byte> name = "/forward\0"u8;
        if (!Encoding.UTF8.TryGetBytes(home, room, out int length) || length + name.Length > room.Length)
            return "\0"u8;
        name.CopyTo(room[length..]);
        return room[..(length + name.Length)];
    }
}
