using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Queue;

/// <summary>
/// Copies of messages that left the queue, as <c>id.eml</c> in a folder of the host's (<c>smtp_sent</c>,
/// <c>smtp_err</c>): content as it went out, CRLF line ends.
/// </summary>
/// <param name="folderOf">The folder for what was sent (true) or given up; null: no copies. Any thread.</param>
internal sealed class KeptCopies(Func<bool, string?> folderOf, IDisk disk)
{
    private const int PieceLength = 64 * 1024;

    public static readonly KeptCopies None = new(_ => null, Disk.Real);

    public bool Wants(bool isSent) => folderOf(isSent) is not null;

    /// <summary>Writes the copy, unless it is there already; whole or not at all. Blocks: workers only.</summary>
    public Fault Keep(ISpoolEntry entry, bool isSent)
    {
        if (folderOf(isSent) is not { } folder)
            return Fault.None;
        string path = Path.Combine(folder, $"{entry.Id}.eml");
        if (File.Exists(path))
            return Fault.None;
        Fault fault = disk.MakeTree(folder);
        if (fault != Fault.None)
            return fault;
        string unfinished = path + ".tmp";
        disk.Unlink(unfinished);
        fault = WriteFile(unfinished, entry);
        if (fault == Fault.None)
            fault = disk.Rename(unfinished, path);
        if (fault != Fault.None)
            disk.Unlink(unfinished);
        return fault;
    }

    private Fault WriteFile(string path, ISpoolEntry entry)
    {
        Fault fault = disk.Open(path, DiskOpen.New, out IDiskFile file);
        if (fault != Fault.None)
            return fault;
        using (file)
            return Write(file, entry);
    }

    private static Fault Write(IDiskFile file, ISpoolEntry entry)
    {
        byte[] piece = GC.AllocateUninitializedArray<byte>(PieceLength);
        byte[] wire = GC.AllocateUninitializedArray<byte>(2 * PieceLength);
        long position = 0;
        try
        {
            using var content = new QueuedContent(entry.Content.OpenRead(), static () => true);
            while (content.Read(piece) is > 0 and var count)
            {
                int length = ToWire(piece.AsSpan(0, count), wire);
                Fault fault = file.Write(wire.AsSpan(0, length), position);
                if (fault != Fault.None)
                    return fault;
                position += length;
            }
            return Fault.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fault.Io;
        }
    }

    private static int ToWire(ReadOnlySpan<byte> rest, Span<byte> wire)
    {
        int length = 0;
        foreach (byte octet in rest)
        {
            if (octet == '\n')
                wire[length++] = (byte)'\r';
            wire[length++] = octet;
        }
        return length;
    }
}

/// <summary>The worker's part of keeping a copy.</summary>
internal sealed class KeepCopyJob(KeptCopies copies, ISpoolEntry entry, bool isSent, Action<Fault> ended) : IJob
{
    // The queue waits for the end, whatever happens.
    public void Run()
    {
        Fault fault = Fault.Internal;
        try
        {
            fault = copies.Keep(entry, isSent);
        }
        finally
        {
            ended(fault);
        }
    }
}
