using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// Files of mode 0600 for messages while commands look at them. What a killed process left goes after a day. Any
/// thread.
/// </summary>
internal sealed class ScratchFiles(string folder, IDisk disk)
{
    private const string Prefix = "forward-";
    private const int PieceLength = 64 * 1024;
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    private int _count;
    private bool _isSwept;

    /// <summary>Makes a new file that holds the message; its path. A failure leaves nothing.</summary>
    public Fault Create(string id, MessageContent content, out string path)
    {
        SweepOnce();
        string name = $"{Prefix}{id}-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}.eml";
        path = Path.Combine(folder, name);
        Fault fault = disk.CreateIn(folder, name, out IDiskFile file);
        if (fault != Fault.None)
            return fault;
        using (file)
            fault = Write(file, content);
        if (fault != Fault.None)
            disk.Unlink(path);
        return fault;
    }

    public void Remove(string path) => disk.Unlink(path);

    private static Fault Write(IDiskFile file, MessageContent content)
    {
        using Stream stream = content.OpenRead();
        byte[] piece = new byte[PieceLength];
        long offset = 0;
        int count;
        var fault = Fault.None;
        while (fault == Fault.None && (count = stream.Read(piece)) > 0)
        {
            fault = file.Write(piece.AsSpan(0, count), offset);
            offset += count;
        }
        return fault;
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
