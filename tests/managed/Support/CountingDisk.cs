using MailModule.Primitives;

namespace MailModule.Tests.Support;

/// <summary>Another disk, with a count of all octets that are written to its files.</summary>
/// <param name="keepsBodies">False: what is written to the files of large bodies is counted alone.</param>
internal sealed class CountingDisk(IDisk inner, bool keepsBodies = true) : IDisk
{
    private long _written;

    public long Written => Interlocked.Read(ref _written);

    public Fault MakeDirectory(string path) => inner.MakeDirectory(path);
    public Fault OpenDirectory(string path, out IDiskDirectory directory) => inner.OpenDirectory(path, out directory);
    public Fault Rename(string from, string to) => inner.Rename(from, to);
    public Fault Unlink(string path) => inner.Unlink(path);
    public Fault List(string path, List<string> names) => inner.List(path, names);
    public Fault Lock(string path, out IDisposable held) => inner.Lock(path, out held);
    public long FreeSpace(string path) => inner.FreeSpace(path);

    public Fault Open(string path, DiskOpen how, out IDiskFile file)
    {
        Fault fault = inner.Open(path, how, out IDiskFile opened);
        file = new CountingFile(this, opened, keepsBodies || !path.Contains("/body/", StringComparison.Ordinal));
        return fault;
    }

    private sealed class CountingFile(CountingDisk disk, IDiskFile file, bool keeps) : IDiskFile
    {
        public long Length => file.Length;
        public Fault Read(Span<byte> buffer, long offset, out int count) => file.Read(buffer, offset, out count);
        public Fault Sync() => file.Sync();
        public void Dispose() => file.Dispose();

        public Fault Write(ReadOnlySpan<byte> octets, long offset)
        {
            Interlocked.Add(ref disk._written, octets.Length);
            return keeps ? file.Write(octets, offset) : Fault.None;
        }
    }
}
