
namespace MailModule.Primitives.Os;

/// <summary>A descriptor of the real file system; closed once, by whoever disposes first.</summary>
internal sealed class DiskHandle(int descriptor) : IDiskFile, IDiskDirectory
{
    private int _descriptor = descriptor;

    public long Length => DiskCalls.Length(_descriptor);

    public Fault Read(Span<byte> buffer, long offset, out int count)
    {
        int result = DiskCalls.ReadAt(_descriptor, buffer, offset, out count);
        return SystemFault.Of(result);
    }

    public Fault Write(ReadOnlySpan<byte> octets, long offset)
        => SystemFault.Of(DiskCalls.WriteAt(_descriptor, octets, offset));

    Fault IDiskFile.Sync() => SystemFault.Of(DiskCalls.SyncData(_descriptor));

    Fault IDiskDirectory.Sync() => SystemFault.Of(FileCalls.Real.Sync(_descriptor));

    public void Dispose()
    {
        int open = Interlocked.Exchange(ref _descriptor, -1);
        if (open >= 0)
            FileCalls.Real.Close(open);
    }
}
