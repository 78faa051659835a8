using System.Text;

namespace MailModule.Primitives.Os;

/// <summary>The real file system.</summary>
internal sealed class Disk : IDisk
{
    public static readonly Disk Real = new();

    private const int DirectoryBuffer = 32 * 1024;

    private Disk()
    {
    }

    public Fault MakeDirectory(string path)
    {
        int result = FileCalls.Real.MakeDirectory(Octets(path));
        return result == -Errno.Exists ? Fault.None : SystemFault.Of(result);
    }

    public Fault OpenDirectory(string path, out IDiskDirectory directory)
    {
        int result = FileCalls.Real.OpenRead(Octets(path));
        directory = new DiskHandle(result);
        return result == -Errno.NoAccess ? Fault.NotSupported : ToFault(result);
    }

    public Fault Open(string path, DiskOpen how, out IDiskFile file)
    {
        int result = FileCalls.Real.OpenReadWrite(Octets(path), how == DiskOpen.New);
        file = new DiskHandle(result);
        return ToFault(result);
    }

    public Fault Rename(string from, string to) => ToFault(FileCalls.Real.Rename(Octets(from), Octets(to)));

    public Fault Unlink(string path) => ToFault(FileCalls.Real.Unlink(Octets(path)));

    public Fault List(string path, List<string> names)
    {
        int descriptor = FileCalls.Real.OpenRead(Octets(path));
        if (descriptor < 0)
            return ToFault(descriptor);
        byte[] buffer = new byte[DirectoryBuffer];
        int count;
        while ((count = FileCalls.Real.ReadDirectory(descriptor, buffer)) > 0)
            AddNames(buffer.AsSpan(0, count), names);
        FileCalls.Real.Close(descriptor);
        return ToFault(count);
    }

    public Fault Lock(string path, out IDisposable held)
    {
        int descriptor = FileCalls.Real.OpenLock(Octets(path));
        var file = new HeldLock(descriptor);
        held = file;
        if (descriptor < 0)
            return ToFault(descriptor);
        int result = FileCalls.Real.Lock(descriptor);
        if (result < 0)
            file.Dispose();
        else
            LockHolder.Write(path);
        return ToFault(result);
    }

    public string HolderOf(string path) => LockHolder.Of(path);

    public long FreeSpace(string path) => DiskCalls.FreeSpace(Octets(path));

    internal static Fault ToFault(int result) => result == -Errno.Exists ? Fault.State : SystemFault.Of(result);

    private static void AddNames(ReadOnlySpan<byte> records, List<string> names)
    {
        var entries = new DirectoryRecords(records);
        while (entries.Next())
            if (!entries.Name.SequenceEqual("."u8) && !entries.Name.SequenceEqual(".."u8))
                names.Add(Encoding.UTF8.GetString(entries.Name));
    }

    private static byte[] Octets(string path) => Encoding.UTF8.GetBytes(path + '\0');
}
