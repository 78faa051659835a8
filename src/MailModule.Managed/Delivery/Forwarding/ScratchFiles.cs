using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// Files of mode 0600 for messages while commands look at them, and for what commands have made of them. What a killed
/// process left goes after a day. Any thread.
/// </summary>
internal sealed class ScratchFiles(string folder, IDisk disk)
{
    private const string Prefix = "forward-";
    private const int PieceLength = 64 * 1024;
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    // Whoever else has files in the folder counts along: names differ in a process.
    private static int s_count;

    private bool _isSwept;

    /// <summary>The path of a file that is not there yet, in a folder that is.</summary>
    public string NewPath(string id)
    {
        disk.MakeTree(folder);
        SweepOnce();
        return Path.Combine(folder, $"{Prefix}{id}-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}.eml");
    }

    /// <summary>A copy of an open file; null if it is empty, too long or cannot be read, or the copy not be
    /// written.</summary>
    public ChangedContent? Copy(string id, int descriptor, long limit)
    {
        string path = NewPath(id);
        if (disk.CreateIn(folder, Path.GetFileName(path), out IDiskFile file) != Fault.None)
            return null;
        bool isWhole;
        using (file)
            isWhole = TryCopy(descriptor, file, limit);
        ChangedContent? made = isWhole ? ChangedContent.TryOpen(path) : null;
        if (made is null)
            disk.Unlink(path);
        return made;
    }

    private static bool TryCopy(int from, IDiskFile to, long limit)
    {
        byte[] piece = new byte[PieceLength];
        long length = 0;
        while (true)
        {
            int count = FileCalls.Real.Read(from, piece);
            if (count <= 0)
                return count == 0;
            if (length + count > limit || to.Write(piece.AsSpan(0, count), length) != Fault.None)
                return false;
            length += count;
        }
    }

    private void SweepOnce()
    {
        if (Interlocked.Exchange(ref _isSwept, true))
            return;
        var names = new List<string>();
        disk.List(folder, names);
        foreach (string path in names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => Path.Combine(folder, name)))
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > LeftoverAge)
                disk.Unlink(path);
    }
}
