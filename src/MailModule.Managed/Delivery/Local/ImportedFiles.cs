using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Local;

/// <summary>
/// The notes of which files of the old module were taken over: a file in the folder they lie in, a line for each. The
/// same file under the same name is taken over once; another of that name, for the old module's names come again after
/// eight years, is another. One thread reads; notes may be added by several objects at once.
/// </summary>
internal sealed class ImportedFiles(FileCalls calls, HomeFolder folder)
{
    /// <summary>Octets of notes that are read: some million files.</summary>
    private const long Longest = 256 << 20;

    private static readonly Lock s_writing = new();
    private readonly HashSet<string> _lines = new(StringComparer.Ordinal);

    public static ReadOnlySpan<byte> FileName => "mailmodule.imported"u8;

    /// <summary>Reads the notes that are there; none is no fault.</summary>
    public Fault Load()
    {
        int descriptor = folder.OpenFile(FileName, linkedLength: -1, out FileStamp stamp);
        if (descriptor == -Errno.NoEntry)
            return Fault.None;
        if (descriptor < 0)
            return SystemFault.Of(descriptor);
        int result = stamp.Length > Longest ? -Errno.InvalidArgument : ReadLines(descriptor, out _);
        calls.Close(descriptor);
        return SystemFault.Of(result);
    }

    /// <param name="digest">Of its octets, in hexadecimal digits.</param>
    /// <param name="name">From the folder on, with slashes between.</param>
    public bool Contains(string digest, string name) => _lines.Contains(LineOf(digest, name));

    /// <summary>Notes files; when this returns None the notes are durable. Noted twice is noted once.</summary>
    public Fault Add(IEnumerable<(string Digest, string Name)> files)
    {
        lock (s_writing)
        {
            int descriptor = folder.OpenLock(FileName);
            if (descriptor < 0)
                return SystemFault.Of(descriptor);
            int result = Append(descriptor, [.. files.Select(file => LineOf(file.Digest, file.Name))]);
            int closed = calls.Close(descriptor);
            if (result >= 0)
                result = closed;
            // Whoever made the file may have died before its name was durable.
            if (result >= 0)
                result = folder.Sync();
            return SystemFault.Of(result);
        }
    }

    // Read to its end, so that what is written stands there. A line that was cut off by a crash is ended first.
    private int Append(int descriptor, string[] lines)
    {
        int result = ReadLines(descriptor, out bool isCut);
        if (result < 0)
            return result;
        var text = new StringBuilder(isCut ? "\n" : "");
        string[] missing = [.. lines.Where(line => !_lines.Contains(line)).Distinct(StringComparer.Ordinal)];
        foreach (string line in missing)
            text.Append(line).Append('\n');
        if (missing.Length > 0)
            result = calls.Write(descriptor, Encoding.UTF8.GetBytes(text.ToString()));
        if (result >= 0)
            result = calls.Sync(descriptor);
        if (result >= 0)
            _lines.UnionWith(missing);
        return result;
    }

    private int ReadLines(int descriptor, out bool isCut)
    {
        using var text = new MemoryStream();
        byte[] piece = new byte[64 * 1024];
        isCut = false;
        int count;
        while ((count = calls.Read(descriptor, piece)) > 0 && text.Length <= Longest)
            text.Write(piece, 0, count);
        if (count < 0)
            return count;
        // Whoever owns the folder may have put anything there.
        if (text.Length > Longest)
            return -Errno.InvalidArgument;
        string[] lines = Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length).Split('\n');
        isCut = lines[^1].Length > 0;
        _lines.UnionWith(lines[..^1]);
        return 0;
    }

    private static string LineOf(string digest, string name) => $"{digest} {name}";
}
